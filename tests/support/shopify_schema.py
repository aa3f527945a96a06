"""Shopify's published Admin API schema, and what it objects to in documents and answers."""

import gzip
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    build_client_schema,
    parse,
    validate,
)
from tests.support.around_graphql import around_faults
from tests.support.exchanges import Exchange
from tests.support.graphql_answers import answer_faults
from tools.schemas import ADMIN_API

API_PATH = re.compile(r"/admin/api/[^/]+/graphql\.json\Z")
VERSION = re.compile(r"20\d\d-(01|04|07|10)\Z|unstable\Z")
JSON = re.compile(r"application/json(;|\Z)")
SAID = re.compile(r".")


@cache
def admin_schema() -> GraphQLSchema:
    """The whole schema; the test is skipped, and says so, where it was not fetched."""
    if not is_fetched():
        pytest.skip("Shopify's schema is not fetched: make schemas")
    packed = (ADMIN_API.folder / ADMIN_API.keep).read_bytes()
    return build_client_schema(json.loads(gzip.decompress(packed))["data"])


def is_fetched() -> bool:
    return (ADMIN_API.folder / ADMIN_API.keep).is_file()


@cache
def validate_operation(document: str) -> Sequence[str]:
    """What the schema objects to in a document."""
    try:
        return [error.message for error in validate(admin_schema(), parse(document))]
    except GraphQLError as error:
        return [error.message]


def validate_response(
    document: str, variables: Mapping[str, Any], answer: Any, operation: str | None = None
) -> list[str]:
    """What the schema objects to in an answer to `document`, which is valid."""
    if not isinstance(answer, dict) or not answer.keys() & {"data", "errors"}:
        return ["the answer has neither data nor errors"]
    faults = around_faults(answer)
    if answer.get("data") is None:
        return faults
    schema, parsed = admin_schema(), _read(document)
    return [*faults, *answer_faults(schema, parsed, variables, answer["data"], operation)]


@cache
def _read(document: str) -> DocumentNode:
    return parse(document)


def admin_contract(exchange: Exchange) -> list[str]:
    """What the schema objects to in one exchange; other paths are not its business."""
    if not API_PATH.search(exchange.path) or exchange.status != 200:
        return []
    faults = _header_faults(exchange.answer_headers)
    asked, answer = json.loads(exchange.body), exchange.answer_json
    wrong = validate_operation(asked["query"])
    if wrong:  # to refuse such a document is right
        return [*faults, *wrong] if answer.get("data") else faults
    variables = asked.get("variables") or {}
    name = asked.get("operationName")
    return [*faults, *validate_response(asked["query"], variables, answer, name)]


def _header_faults(headers: Mapping[str, str]) -> list[str]:
    wanted = {"x-shopify-api-version": VERSION, "x-request-id": SAID, "content-type": JSON}
    return [
        f"header {name} is {headers.get(name)!r}"
        for name, shape in wanted.items()
        if not shape.match(headers.get(name, ""))
    ]


def operations_in(document: str) -> dict[str, frozenset[str]]:
    """The named operations of a document, each with the root fields that it asks for."""
    return {
        node.name.value: frozenset(
            field.name.value
            for field in node.selection_set.selections
            if isinstance(field, FieldNode)
        )
        for node in parse(document).definitions
        if isinstance(node, OperationDefinitionNode) and node.name is not None
    }


def answered_operations(exchanges: Iterable[Exchange]) -> dict[str, frozenset[str]]:
    """The operations that got data as their answer, each with its root fields."""
    answered: dict[str, frozenset[str]] = {}
    for one in exchanges:
        if API_PATH.search(one.path) and one.status == 200 and one.answer_json.get("data"):
            asked = json.loads(one.body)
            known = operations_in(asked["query"])
            names = {asked.get("operationName")} & known.keys() or set(known)
            answered |= {name: known[name] for name in names}
    return answered
