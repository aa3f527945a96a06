"""Shopify's published Admin API schema, and what it objects to in documents and answers."""

import gzip
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    build_client_schema,
    parse,
    validate,
)
from tests.support.exchanges import Exchange
from tests.support.graphql_answers import answer_faults
from tools.schemas import ADMIN_API

API_PATH = re.compile(r"/admin/api/[^/]+/graphql\.json\Z")
ANSWER_KEYS = {"data", "errors", "extensions"}


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
    faults = [f"unknown top-level key {key}" for key in answer.keys() - ANSWER_KEYS]
    faults += [f"no message in {one}" for one in answer.get("errors", ()) if "message" not in one]
    if answer.get("data") is None:
        return faults if answer.get("errors") else [*faults, "no data, and no error says why"]
    schema, parsed = admin_schema(), parse(document)
    return [*faults, *answer_faults(schema, parsed, variables, answer["data"], operation)]


def admin_contract(exchange: Exchange) -> list[str]:
    """What the schema objects to in one exchange; other paths are not its business."""
    if not API_PATH.search(exchange.path) or exchange.status != 200:
        return []
    asked, answer = json.loads(exchange.body), exchange.answer_json
    wrong = validate_operation(asked["query"])
    if wrong:  # to refuse such a document is right
        return list(wrong) if answer.get("data") else []
    variables = asked.get("variables") or {}
    return validate_response(asked["query"], variables, answer, asked.get("operationName"))


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
