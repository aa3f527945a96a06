"""Runs GraphQL documents: prepared once by their text, refused or priced, executed, charged."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from marketsim.shopify.call import Call
from marketsim.shopify.cost import MAX_COST, Piece, actual, each, plan, requested, weight
from marketsim.shopify.gates import check_input, check_pages
from marketsim.shopify.partial import nullable_keys, spoil
from marketsim.shopify.schema import admin_schema

KEPT_DOCUMENTS = 500
TIMED_OUT = {"code": "TIMEOUT"}
THROTTLED_HELP = "https://shopify.dev/api/usage/rate-limits"


class Unreadable(Exception):
    """The document cannot be run; `errors` is what the answer says."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A document that is valid, with one of its operations and that operation's price plan."""

    document: DocumentNode
    operation: OperationDefinitionNode
    name: str
    pieces: tuple[Piece, ...]
    nullable: frozenset[str]

    @property
    def mutates(self) -> bool:
        """Whether it writes."""
        return self.operation.operation is OperationType.MUTATION


@lru_cache(maxsize=KEPT_DOCUMENTS)
def parsed(text: str) -> DocumentNode:
    """A document that fits the schema; remembered by its text.

    Raises:
        Unreadable: it is not GraphQL or does not fit.
    """
    try:
        document = parse(text)
    except GraphQLError as mistake:
        raise Unreadable([_written(mistake, "parseError")]) from None
    mistakes = validate(admin_schema(), document)
    if mistakes:
        raise Unreadable([_written(mistake, "invalidQuery") for mistake in mistakes])
    return document


@lru_cache(maxsize=KEPT_DOCUMENTS)
def prepare(text: str, operation_name: str | None) -> Prepared:
    """One operation of a document, priced once; remembered by the document's text.

    Raises:
        Unreadable: the document cannot be run or lacks the operation.
    """
    schema = admin_schema()
    document = parsed(text)
    operations = [it for it in document.definitions if isinstance(it, OperationDefinitionNode)]
    chosen = [it for it in operations if operation_name in (None, it.name and it.name.value)]
    if len(chosen) != 1:
        wrong = (
            "An operation name is required" if chosen else f"No operation named {operation_name}"
        )
        raise Unreadable([{"message": wrong, "extensions": {"code": "BAD_REQUEST"}}])
    fragments = {
        it.name.value: it for it in document.definitions if isinstance(it, FragmentDefinitionNode)
    }
    named = chosen[0].name
    return Prepared(
        document=document,
        operation=chosen[0],
        name=named.value if named else "anonymous",
        pieces=plan(schema, chosen[0], fragments),
        nullable=nullable_keys(schema, document),
    )


def run(call: Call, prepared: Prepared, given: Mapping[str, Any]) -> dict[str, Any]:
    """Answer an operation: refused, throttled, or run and charged."""
    schema = admin_schema()
    declared = list(prepared.operation.variable_definitions)
    variables = get_variable_values(schema, declared, dict(given))
    if isinstance(variables, list):
        return {"errors": [_written(mistake, "INVALID_VARIABLE") for mistake in variables]}
    strikes = call.shop.strikes
    try:
        check_pages(prepared.pieces, variables)
        check_input(
            schema,
            prepared.operation,
            variables,
            key_required=strikes("idempotency_required"),
            comparison_required=strikes("change_from_required"),
        )
    except GraphQLError as refusal:
        return {"errors": [_written(refusal, "BAD_REQUEST")]}
    weigh = each if strikes("pages_cost_each") else weight
    cost = requested(prepared.pieces, variables, weigh)
    bucket = call.shop.bucket
    if cost > MAX_COST and strikes("max_cost"):
        told = {} if strikes("max_cost_without_status") else _unspent(cost, bucket.status())
        return _too_dear(cost) | told
    if strikes("throttled") or bucket.available < _needed(call, cost):
        return _throttled(cost, bucket.status())
    result = execute(call, prepared, given)
    spent = min(cost, actual(prepared.pieces, result.data)) if strikes("charge_by_actual") else cost
    bucket.charge(spent)
    return _answer(call, prepared, result) | {"extensions": _extensions(call, cost, spent)}


def execute(call: Call, prepared: Prepared, given: Mapping[str, Any]) -> ExecutionResult:
    """Run an operation without any gate."""
    named = prepared.operation.name
    return execute_sync(
        admin_schema(),
        prepared.document,
        context_value=call,
        variable_values=dict(given),
        operation_name=named.value if named else None,
    )


def _answer(call: Call, prepared: Prepared, result: ExecutionResult) -> dict[str, Any]:
    if call.shop.strikes("timed_out"):
        return {"data": None, "errors": [{"message": "Timeout", "extensions": TIMED_OUT}]}
    answer: dict[str, Any] = {"data": result.data}
    errors = [_written(error, "INTERNAL_SERVER_ERROR") for error in result.errors or ()]
    if call.shop.strikes("partial_data"):
        chance = call.shop.faults.stream("shopify.partial_data")
        missing = spoil(result.data, prepared.nullable, chance)
        errors += [missing] if missing else []
    return answer | ({"errors": errors} if errors else {})


def _needed(call: Call, cost: int) -> int:
    """So many points the bucket must hold; without that rule any that are left will do."""
    if not call.shop.strikes("admission_by_requested"):
        return 1
    return min(cost, int(call.shop.bucket.maximum))


def _extensions(call: Call, cost: int, spent: int) -> dict[str, Any]:
    extensions: dict[str, Any] = {
        "cost": {
            "requestedQueryCost": cost,
            "actualQueryCost": spent,
            "throttleStatus": call.shop.bucket.status(),
        }
    }
    return extensions | ({"search": call.searches} if call.searches else {})


def _throttled(cost: int, status: dict[str, float]) -> dict[str, Any]:
    return {
        "errors": [
            {
                "message": "Throttled",
                "extensions": {"code": "THROTTLED", "documentation": THROTTLED_HELP},
            }
        ]
    } | _unspent(cost, status)


def _unspent(cost: int, status: dict[str, float]) -> dict[str, Any]:
    """The extensions of what was not run."""
    told = {"requestedQueryCost": cost, "actualQueryCost": None, "throttleStatus": status}
    return {"extensions": {"cost": told}}


def _too_dear(cost: int) -> dict[str, Any]:
    return {
        "errors": [
            {
                "message": f"Query cost is {cost}, which exceeds the single query max cost limit "
                f"({MAX_COST}).",
                "extensions": {
                    "code": "MAX_COST_EXCEEDED",
                    "cost": cost,
                    "maxCost": MAX_COST,
                    "documentation": THROTTLED_HELP,
                },
            }
        ]
    }


def _written(error: GraphQLError, code: str) -> dict[str, Any]:
    """An error as Shopify writes it, its code inside `extensions`."""
    written: dict[str, Any] = dict(error.formatted)
    written["extensions"] = {"code": code} | (error.extensions or {})
    return written
