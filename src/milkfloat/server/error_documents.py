"""Errors as problem documents (RFC 9457): one shape for whatever went wrong, with every fault named."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from milkfloat.errors import ConflictError, Fault, InputError, UnavailableError

log = logging.getLogger("milkfloat.server")

MEDIA_TYPE = "application/problem+json"
# Types are names, not places: nothing has to be fetched to understand them (docs/reference/http.md lists them).
_TYPE = "urn:milkfloat:problem:"


def problem(
    status: int,
    title: str,
    *,
    type: str | None = None,
    detail: str | None = None,
    faults: Iterable[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem document as response; ``type`` is the last word of its name."""
    document: dict[str, Any] = {
        "type": f"{_TYPE}{type}" if type else "about:blank",
        "title": title,
        "status": status,
    }
    if detail is not None:
        document["detail"] = detail
    errors = [{"where": fault.where, "message": fault.message} for fault in faults]
    if errors:
        document["errors"] = errors
    return JSONResponse(document, status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer with problem documents wherever the application raises."""

    @app.exception_handler(InputError)
    def _input(_: Request, error: InputError) -> JSONResponse:
        count = len(error.faults)
        title = "the input is faulty"
        detail = str(error.faults[0]) if count == 1 else f"{count} faults"
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, title, type="input", detail=detail, faults=error.faults)

    @app.exception_handler(ConflictError)
    def _conflict(_: Request, error: ConflictError) -> JSONResponse:
        return problem(HTTPStatus.CONFLICT, "two facts disagree", type="conflict", detail=str(error))

    @app.exception_handler(UnavailableError)
    def _unavailable(_: Request, error: UnavailableError) -> JSONResponse:
        title = "this cannot be answered now; try again"
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, title, type="unavailable", detail=str(error))

    @app.exception_handler(RequestValidationError)
    def _validation(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = [Fault(".".join(map(str, each["loc"])), each["msg"]) for each in error.errors()]
        detail = str(faults[0]) if len(faults) == 1 else f"{len(faults)} faults"
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "the request is faulty", type="input", detail=detail, faults=faults
        )

    @app.exception_handler(HTTPException)
    def _http(_: Request, error: HTTPException) -> JSONResponse:
        title = HTTPStatus(error.status_code).phrase
        detail = error.detail if error.detail != title else None
        return problem(error.status_code, title, detail=detail, headers=error.headers)

    @app.exception_handler(Exception)
    def _unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Milkfloat failed; its log says why", type="internal")
