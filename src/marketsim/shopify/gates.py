"""What is refused before an operation runs: too long pages and lists, missing keys."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.values import get_argument_values, get_directive_values

from marketsim.shopify.cost import Piece, size_of

PAGE_MAX = 250
INPUT_MAX = 250
KEY_CHARS_MAX = 255
"""Our assumption, the stricter one: how long a key may be is not published."""

KEYED = frozenset(
    {
        "inventoryActivate",
        "inventoryAdjustQuantities",
        "inventorySetQuantities",
        "refundCreate",
    }
)
"""Mutations that are refused without a key since 2026-04."""

COMPARED = {"inventorySetQuantities": "quantities", "inventoryAdjustQuantities": "changes"}
LONGER: dict[tuple[str, ...], int] = {("productSet", "input", "variants"): 2_048}


def check_pages(pieces: Sequence[Piece], variables: Mapping[str, Any]) -> None:
    """Each connection says how long its page is, and not too long.

    Raises:
        GraphQLError: BAD_REQUEST.
    """
    for piece in pieces:
        if piece.paged:
            size = size_of(piece, variables)
            if size is None:
                raise _bad("you must provide one of first or last", piece.path)
            if not 0 <= size <= PAGE_MAX:
                raise _bad(f"first/last must be between 0 and {PAGE_MAX}, got {size}", piece.path)
        check_pages(piece.children, variables)


def check_input(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    variables: dict[str, Any],
    *,
    key_required: bool,
    comparison_required: bool,
) -> None:
    """Lists are short enough; stock writes carry a key and say what they change from.

    Raises:
        GraphQLError: MAX_INPUT_SIZE_EXCEEDED or BAD_REQUEST.
    """
    mutating = operation.operation is OperationType.MUTATION
    root = schema.mutation_type if mutating else schema.query_type
    for node in operation.selection_set.selections:
        if not isinstance(node, FieldNode) or root is None:
            continue
        name = node.name.value
        if name not in root.fields:
            continue
        arguments = get_argument_values(root.fields[name], node, variables)
        for path, length in _lists(arguments, (name,)):
            allowed = LONGER.get(path, INPUT_MAX)
            if length > allowed:
                raise GraphQLError(
                    f"The input array size of {length} is greater than the maximum allowed of "
                    f"{allowed}.",
                    path=list(path),
                    extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"},
                )
        key = key_of(schema, node, variables)
        if key is not None and not 1 <= len(key.strip()) <= len(key) <= KEY_CHARS_MAX:
            raise _bad(f"The idempotency key must have 1 to {KEY_CHARS_MAX} characters.", (name,))
        if key_required and name in KEYED and key is None:
            raise _bad(
                "The @idempotent directive is required for this mutation but was not provided.",
                (name,),
            )
        if comparison_required and name in COMPARED:
            _check_comparison(name, arguments["input"][COMPARED[name]])


def key_of(schema: GraphQLSchema, node: FieldNode, variables: dict[str, Any]) -> str | None:
    """The key of `@idempotent` on a field."""
    directive = schema.get_directive("idempotent")
    if directive is None:
        return None
    values = get_directive_values(directive, node, variables)
    return str(values["key"]) if values else None


def _check_comparison(name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    for index, row in enumerate(rows):
        if "changeFromQuantity" not in row:
            raise _bad(
                "changeFromQuantity must be given; pass null to skip the comparison.",
                (name, "input", COMPARED[name], index, "changeFromQuantity"),
            )


def _lists(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every list inside an argument with its length; indexes are left out of the path."""
    if isinstance(value, list):
        yield path, len(value)
        for inner in value:
            yield from _lists(inner, path)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _lists(inner, (*path, name))


def _bad(message: str, path: Sequence[str | int]) -> GraphQLError:
    return GraphQLError(message, path=list(path), extensions={"code": "BAD_REQUEST"})
