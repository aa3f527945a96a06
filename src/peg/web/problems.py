"""Every refusal as `application/problem+json` (RFC 9457), from the one tree of errors."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from peg.domain.errors import HTTP_STATUS, PegError
from peg.web.refusals import Refusal

log = structlog.get_logger()

RETRY_AFTER_S = 5


def problem(status: int, name: str, sentence: str) -> JSONResponse:
    """One refusal; `title` is the error's name, `detail` says what to do."""
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}
    return JSONResponse(
        {"type": "about:blank", "title": name, "status": status, "detail": sentence},
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


def add_problems(app: FastAPI) -> None:
    """Answer errors raised on purpose by their kind, and all others without their inside."""

    @app.exception_handler(Refusal)
    async def refused(_request: Request, error: Refusal) -> JSONResponse:
        return problem(error.status, type(error).__name__, str(error))

    @app.exception_handler(PegError)
    async def named(_request: Request, error: PegError) -> JSONResponse:
        if error.kind == "bug":
            log.error("request.failed", exc_info=error)
        return problem(HTTP_STATUS[error.kind], type(error).__name__, str(error))

    @app.exception_handler(RequestValidationError)
    async def mistyped(_request: Request, error: RequestValidationError) -> JSONResponse:
        places = (".".join(map(str, one["loc"])) + ": " + one["msg"] for one in error.errors())
        return problem(422, "BadRequest", "; ".join(places))

    @app.exception_handler(HTTPException)
    async def plain(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, "NotServed", str(error.detail))

    @app.exception_handler(Exception)
    async def unforeseen(_request: Request, error: Exception) -> JSONResponse:
        log.error("request.failed", exc_info=error)
        return problem(500, "Fault", "a fault of PEG: its log has the details")
