"""The pages: files as they are shipped, with headers that keep a browser from asking anybody else for anything."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import milkfloat

WEB = Path(milkfloat.__file__).parent / "web"
FOLDERS = ("console", "driver", "shared", "vendor")
# Everything comes from here. MapLibre starts its worker from a file of ours, draws into blobs, and sets styles.
SOURCES = {
    "default-src": "'self'",
    "worker-src": "'self' blob:",
    "img-src": "'self' data: blob:",
    "style-src": "'self' 'unsafe-inline'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{kind} {allowed}" for kind, allowed in SOURCES.items()),
    "X-Content-Type-Options": "nosniff",
    # The address of a driver's page holds the driver's token.
    "Referrer-Policy": "no-referrer",
}


def install(app: FastAPI) -> None:
    """Serve the console at /, a driver's page at /drive/{token}, and the files both need."""
    # Not every system knows these.
    mimetypes.add_type("text/javascript", ".mjs")
    mimetypes.add_type("font/woff2", ".woff2")
    for folder in FOLDERS:
        app.mount(f"/{folder}", StaticFiles(directory=WEB / folder, check_dir=False), name=folder)

    @app.get("/", include_in_schema=False)
    def _console() -> FileResponse:
        return _page("console")

    @app.get("/drive/{token}", include_in_schema=False)
    def _driver(token: str) -> FileResponse:  # noqa: ARG001 - the page reads it from its own address
        return _page("driver")


class SafeHeaders:
    """ASGI middleware that adds the headers to every answer that does not have its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _page(folder: str) -> FileResponse:
    return FileResponse(WEB / folder / "index.html", headers={"Cache-Control": "no-cache"})
