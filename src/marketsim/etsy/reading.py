"""From an HTTP request to what was asked."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from marketsim.etsy.asked import Asked, Fields, Upload, of_json
from marketsim.etsy.operation import Operation
from marketsim.etsy.refusals import bad

ID_MAX = 2**63 - 1
ID_DIGITS_MAX = 19
BODY_BYTES_MAX = 20_000_000
FIRST_BYTES = 16
NOTHING = Fields({})


async def read(operation: Operation, request: Request, scopes: frozenset[str] | None) -> Asked:
    """Everything that the request carries.

    Raises:
        Refusal: it is not of the kind that the operation takes.
    """
    form, body = NOTHING, None
    files: Mapping[str, Upload] = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if operation.takes == "json":
        body = await _json(request, kind)
    elif operation.takes == "form" and kind == "application/json":
        form = of_json(_object(await _json(request, kind)))
    elif operation.takes in {"form", "file"}:
        async with request.form(max_part_size=BODY_BYTES_MAX) as sent:
            form, files = _fields(sent)
    return Asked(
        path={name: _number(name, value) for name, value in request.path_params.items()},
        query=_query(request),
        form=form,
        body=body,
        files=files,
        scopes=scopes,
    )


def _query(request: Request) -> Fields:
    values: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        values.setdefault(name, []).append(value)
    return Fields(values)


def _fields(form: FormData) -> tuple[Fields, Mapping[str, Upload]]:
    texts: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            begins = value.file.read(FIRST_BYTES)
            files[name] = Upload(name=value.filename or "", size=value.size or 0, begins=begins)
        else:
            texts.setdefault(name, []).append(value)
    return Fields(texts), files


async def _json(request: Request, kind: str) -> Any:
    if kind != "application/json":
        raise bad("Expected a body of type application/json")
    try:
        return json.loads(await request.body())
    except ValueError as wrong:
        raise bad("The body is not valid JSON") from wrong


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise bad("Expected a JSON object")
    return body


def _number(name: str, text: str) -> int:
    digits = text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS_MAX
    if not (digits and 0 < int(text) <= ID_MAX):
        raise bad(f"Expected int value for '{name}' (got {text})")
    return int(text)
