"""Etsy's published OpenAPI document, its known defects mended, and what it objects to."""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4
from tests.support.exchanges import Exchange

PLACE = Path("shared", "contracts", "etsy", "oas-3.0.0.json")
PREFIX = "/v3/application/"
WHEN_ASKED_FOR = frozenset(
    {
        "buyer_price",
        "converted_price",
        "images",
        "inventory",
        "listing",
        "personalization",
        "shipping_profile",
        "shop",
        "translations",
        "user",
        "videos",
    }
)
DOCUMENT = "urn:etsy"
FORM = "application/x-www-form-urlencoded"
LIMITS = (
    "x-limit-per-second",
    "x-remaining-this-second",
    "x-limit-per-day",
    "x-remaining-today",
)
FIGURE = re.compile(r"\d+\Z")
KEY_ALONE: Sequence[Mapping[str, Any]] = [{"api_key": []}]
WHOLE = re.compile(r"-?\d+\Z")
SHARED_SECRET_KEY = re.compile(r"[^:]+:[^:]+\Z")


def document_path() -> Path | None:
    """PEG_ETSY_OAS, or the first folder above this one that holds the document."""
    named = os.environ.get("PEG_ETSY_OAS")
    places = [Path(named)] if named else [up / PLACE for up in Path(__file__).parents]
    return next((place for place in places if place.is_file()), None)


@cache
def etsy_contract() -> "EtsyContract":
    """The contract; the test is skipped, and says so, where the document is not at hand."""
    place = document_path()
    if place is None:
        pytest.skip("Etsy's OpenAPI document is not at hand: set PEG_ETSY_OAS")
    return EtsyContract(complete(mended(json.loads(place.read_text()))))


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every field of an answer required, but what comes only when asked for.

    It requires hardly any by itself, although Etsy shows them all; no request shares a schema with
    an answer.
    """
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            schema["required"] = sorted(schema["properties"].keys() - WHEN_ASKED_FOR)
    return document


def mended(node: Any) -> Any:
    """The document without its known defects, and strict about keys it does not name.

    Dropped: `default: null`. Allowed: null in enums and references marked nullable, and the state
    `edit`, which listings are seen in.
    """
    if isinstance(node, list):
        return [mended(item) for item in node]
    if not isinstance(node, dict):
        return node
    new = {key: mended(value) for key, value in node.items()}
    if new.get("default", "") is None:
        del new["default"]
    if new.get("nullable") is True and "enum" in new and None not in new["enum"]:
        new["enum"] = [*new["enum"], None]
    if "sold_out" in new.get("enum", ()) and "edit" not in new["enum"]:
        new["enum"] = [*new["enum"], "edit"]
    if new.get("nullable") is True and "oneOf" in new:
        new["anyOf"] = [*new.pop("oneOf"), {"enum": [None]}]
    if new.get("type") == "object" and new.get("properties"):
        new.setdefault("additionalProperties", False)
    return new


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    pointer: str
    facts: Mapping[str, Any]
    in_path: Mapping[str, str]

    @property
    def name(self) -> str:
        return str(self.facts["operationId"])

    @property
    def ways_in(self) -> Sequence[Mapping[str, Any]]:
        return self.facts.get("security") or KEY_ALONE


class EtsyContract:
    """Judges requests and answers by the document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.paths = document["paths"]
        resource = DRAFT4.create_resource(document)
        self.registry: Registry[Any] = Registry().with_resource(DOCUMENT, resource)
        self.templates = {
            path: re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + r"\Z")
            for path in sorted(self.paths, key=lambda path: path.count("{"))
        }

    def __call__(self, exchange: Exchange) -> list[str]:
        """What is wrong with one exchange; paths outside the API are not its business."""
        return [*self.of_request(exchange), *self.of_answer(exchange)]

    def of_request(self, exchange: Exchange) -> list[str]:
        """What is wrong with a request that was accepted."""
        operation = self.operation(exchange.method, exchange.path)
        if operation is None or exchange.status >= 400:
            return []
        return list(self._request_faults(operation, exchange))

    def of_answer(self, exchange: Exchange) -> list[str]:
        """What is wrong with an answer."""
        operation = self.operation(exchange.method, exchange.path)
        if operation is None:
            known = exchange.status >= 400 or not exchange.path.startswith(PREFIX)
            return [] if known else ["no such operation"]
        return [*_header_faults(exchange), *self._answer_faults(operation, exchange)]

    def operation_names(self) -> frozenset[str]:
        """Every operation that Etsy has."""
        methods = (facts for path in self.paths.values() for facts in path.values())
        return frozenset(str(facts["operationId"]) for facts in methods)

    def operation(self, method: str, path: str) -> Operation | None:
        for template, shape in self.templates.items():
            match = shape.match(path)
            facts = self.paths[template].get(method.lower()) if match else None
            if match and facts:
                pointer = f"{DOCUMENT}#/paths/{_escaped(template)}/{method.lower()}"
                return Operation(pointer, facts, match.groupdict())
        return None

    def _request_faults(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        yield from self._parameter_faults(operation, exchange.query)
        yield from self._credential_faults(operation, exchange.headers)
        content = operation.facts.get("requestBody", {}).get("content", {})
        if not content:
            if exchange.body:
                yield "a body that nobody asked for"
        elif exchange.content_type not in content:
            yield f"content type {exchange.content_type!r}, wanted {', '.join(content)}"
        elif exchange.content_type != "multipart/form-data":
            kind = exchange.content_type
            schema = content[kind]["schema"]
            value = (
                _typed(schema["properties"], parse_qsl(exchange.body.decode(), True))
                if kind == FORM
                else json.loads(exchange.body)
            )
            place = f"{operation.pointer}/requestBody/content/{_escaped(kind)}/schema"
            yield from self._schema_faults(place, value, "body")

    def _answer_faults(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        status = str(exchange.status)
        if exchange.status >= 400:
            if not _is_error(exchange.answer_json):
                yield f"the error says {exchange.answer!r}"
            return
        declared = operation.facts["responses"].get(status)
        if declared is None:
            yield f"{operation.name} never answers {status}"
        elif "content" not in declared:
            if exchange.answer:
                yield f"a {status} with a body"
        else:
            place = f"{operation.pointer}/responses/{status}/content/application~1json/schema"
            yield from self._schema_faults(place, exchange.answer_json, "answer")

    def _parameter_faults(self, operation: Operation, query: str) -> Iterator[str]:
        parameters = {p["name"]: p for p in operation.facts.get("parameters", ())}
        schemas = {name: p["schema"] for name, p in parameters.items()}
        given = [*operation.in_path.items(), *parse_qsl(query, True)]
        values = _typed(schemas, given)
        for name, parameter in parameters.items():
            if name not in values and parameter.get("required"):
                yield f"parameter {name} is missing"
        for name, value in values.items():
            if name not in parameters:
                yield f"parameter {name} is unknown to {operation.name}"
                continue
            at = operation.facts["parameters"].index(parameters[name])
            place = f"{operation.pointer}/parameters/{at}/schema"
            yield from self._schema_faults(place, value, f"parameter {name}")

    def _credential_faults(self, operation: Operation, headers: Mapping[str, str]) -> Iterator[str]:
        if not SHARED_SECRET_KEY.match(headers.get("x-api-key", "")):
            yield "x-api-key is not keystring:shared_secret"
        signed_in = headers.get("authorization", "").startswith("Bearer ")
        if not signed_in and all("oauth2" in way for way in operation.ways_in):
            yield "no access token, which this operation needs"

    def _schema_faults(self, place: str, value: Any, what: str) -> Iterator[str]:
        reference = {"$ref": quote(place, safe=":#/~")}
        judge = OAS30Validator(reference, registry=self.registry)
        for error in judge.iter_errors(value):
            found = error
            while found.context:
                found = min(found.context, key=lambda one: len(one.path))
            yield f"{what}{found.json_path.removeprefix('$')}: {found.message[:200]}"


def _header_faults(exchange: Exchange) -> Iterator[str]:
    """What is wrong with what every answer to a known key says of the limits."""
    wanted = LIMITS if exchange.status < 400 or exchange.status == 429 else ()
    for name in (*wanted, *(["retry-after"] if exchange.status == 429 else [])):
        if not FIGURE.match(exchange.answer_headers.get(name, "")):
            yield f"header {name} is {exchange.answer_headers.get(name)!r}"
    kind = exchange.answer_headers.get("content-type", "").partition(";")[0]
    if exchange.answer and kind != "application/json":
        yield f"header content-type is {kind!r}"


def _typed(schemas: Mapping[str, Any], pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Text as the types that the schemas name; a list is repeated or has commas."""
    values: dict[str, Any] = {}
    for name, text in pairs:
        schema = schemas.get(name, {})
        if schema.get("type") == "array":
            items = [_read(schema["items"], part) for part in text.split(",") if part]
            values[name] = [*values.get(name, []), *items]
        else:
            values[name] = _read(schema, text)
    return values


def _read(schema: Mapping[str, Any], text: str) -> Any:
    kind = schema.get("type")
    if kind == "integer" and WHOLE.match(text):
        return int(text)
    if kind == "boolean" and text in {"true", "false"}:
        return text == "true"
    if kind == "number":
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _is_error(answer: Any) -> bool:
    """One of the shapes that Etsy's errors are seen in."""
    if isinstance(answer, list):
        return bool(answer) and all({"path", "type", "message"} <= one.keys() for one in answer)
    return isinstance(answer, dict) and isinstance(answer.get("error"), str)


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
