"""Answers of which one part is missing: `data` and `errors` together."""

from collections.abc import Iterator
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLNonNull,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    visit,
)

REPORT = "Internal error. Looks like something went wrong on our end."


class _Nullable(Visitor):
    """Finds the keys that hold a nullable object in one place and never a required one."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.may: set[str] = set()
        self.must: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        key = node.alias.value if node.alias else node.name.value
        if node.selection_set is None:
            return
        required = isinstance(self._types.get_type(), GraphQLNonNull)
        (self.must if required else self.may).add(key)


def nullable_keys(schema: GraphQLSchema, document: DocumentNode) -> frozenset[str]:
    """Response keys of a document under which an object may be null."""
    types = TypeInfo(schema)
    found = _Nullable(types)
    visit(document, TypeInfoVisitor(types, found))
    return frozenset(found.may - found.must)


def spoil(data: Any, keys: frozenset[str], rng: Random) -> dict[str, Any] | None:
    """Make one such object null and say so as Shopify does; None when the answer has none."""
    spots = list(_spots(data, keys, ()))
    if not spots:
        return None
    holder, key, path = spots[rng.randrange(len(spots))]
    holder[key] = None
    return {
        "message": REPORT,
        "path": list(path),
        "extensions": {"code": "INTERNAL_SERVER_ERROR"},
    }


def _spots(
    data: Any, keys: frozenset[str], path: tuple[str | int, ...]
) -> Iterator[tuple[dict[str, Any], str, tuple[str | int, ...]]]:
    if isinstance(data, list):
        for index, inner in enumerate(data):
            yield from _spots(inner, keys, (*path, index))
    elif isinstance(data, dict):
        for key, inner in data.items():
            if key in keys and isinstance(inner, dict):
                yield data, key, (*path, key)
            yield from _spots(inner, keys, (*path, key))
