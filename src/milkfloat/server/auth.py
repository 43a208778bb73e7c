"""
Who may write.

The service binds this machine's own address by default, where whoever reaches it is its user. Any other address needs a
token, and with a token every write under /v1 must carry it (``Authorization: Bearer ...``). A driver's own page is no
such write: its address holds a token of the driver.

A browser on this machine visits strangers' pages too. Their scripts cannot read our answers, but could send writes: one
whose page is not ours is refused, and so is a request for a stranger's name that was made to lead here.
"""

from __future__ import annotations

import hmac
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from milkfloat.errors import Fault, InputError
from milkfloat.server.error_documents import problem

OWN_ADDRESSES = ("127.0.0.1", "localhost", "::1")
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_DRIVERS = "/v1/drive/"
_WRITES = "/v1/"


def check_address(host: str, token: str | None) -> None:
    """
    Refuse to serve others without a token.

    Raises
    ------
    InputError
        When the address is any but 127.0.0.1 and there is no token.
    """
    if host != "127.0.0.1" and not token:
        message = f"{host} is not 127.0.0.1: give a --token that writes must carry, or serve 127.0.0.1"
        raise InputError(Fault("--host", message))
    if token is not None and len(token) < 16:
        raise InputError(Fault("--token", f"{len(token)} characters are too few; at least 16 are needed"))


class Gate:
    """ASGI middleware that lets a request in, or answers it with a refusal."""

    def __init__(self, app: ASGIApp, *, token: str | None, own_address_only: bool) -> None:
        self._app = app
        self._token = token
        self._own_address_only = own_address_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        refusal = self._refusal(Request(scope)) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        if self._own_address_only and host not in OWN_ADDRESSES:
            title = "this service is for this machine only"
            return problem(HTTPStatus.MISDIRECTED_REQUEST, title, type="host", detail=f"it is not {host}")
        if request.method in _READS:
            return None
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            return problem(HTTPStatus.FORBIDDEN, "writes from other sites are refused", type="origin", detail=origin)
        path = request.url.path
        if self._token is None or not path.startswith(_WRITES) or path.startswith(_DRIVERS):
            return None
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._token.encode()):
            return None
        return problem(
            HTTPStatus.UNAUTHORIZED,
            "this write needs the token of the service",
            type="token",
            detail="send it as Authorization: Bearer ...",
            headers={"WWW-Authenticate": "Bearer"},
        )
