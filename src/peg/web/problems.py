"""Every refusal as `application/problem+json` (RFC 9457), from the one tree of errors."""

from collections.abc import Mapping
from typing import Any, Literal

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from peg.domain.errors import HTTP_STATUS, PegError
from peg.domain.near import quoted
from peg.web import mistyped
from peg.web.refusals import BadRequest, Refusal

log = structlog.get_logger()

RETRY_AFTER_S = 5
PROBLEM_JSON = "application/problem+json"

_WHY = {
    401: "The caller may not read this, or nobody known has signed it.",
    404: "There is no such thing.",
    413: "More bytes than any real webhook has.",
    422: "A parameter cannot be, or is not known.",
    503: "Not now: the database cannot be used. Ask again.",
}


class Problem(BaseModel):
    """Why a request was refused: `title` is the error's name, `detail` says what to do."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    detail: str


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route may refuse, for the document that describes the API."""
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _WHY[status], "content": content} for status in statuses}


def problem(
    status: int, name: str, sentence: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """One refusal."""
    told = Problem(title=name, status=status, detail=sentence)
    again = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}
    return JSONResponse(
        told.model_dump(),
        status_code=status,
        headers={**again, **(headers or {})},
        media_type=PROBLEM_JSON,
    )


def add_problems(app: FastAPI) -> None:
    """Answer errors raised on purpose by their kind, and all others without their inside."""

    @app.exception_handler(Refusal)
    async def refused(_request: Request, error: Refusal) -> JSONResponse:
        return problem(error.status, type(error).__name__, str(error), error.headers)

    @app.exception_handler(PegError)
    async def named(_request: Request, error: PegError) -> JSONResponse:
        if error.kind == "bug":
            log.error("request.failed", exc_info=error)
        return problem(HTTP_STATUS[error.kind], type(error).__name__, str(error))

    @app.exception_handler(RequestValidationError)
    async def cannot_be(_request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(BadRequest.status, BadRequest.__name__, mistyped.told(error.errors()))

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, "NotServed", _advice(request, error), error.headers)

    @app.exception_handler(Exception)
    async def unforeseen(_request: Request, error: Exception) -> JSONResponse:
        log.error("request.failed", exc_info=error)
        return problem(500, "Fault", "a fault of PEG: its log has the details")


def _advice(request: Request, error: HTTPException) -> str:
    if error.status_code == 404:
        return f"nothing is served at {quoted(request.url.path)}: /openapi.json lists what is"
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "another method")
        return f"{request.method} is not served here: use {allowed}"
    return str(error.detail)
