"""The schema, cut from the real one, with a resolver for every field."""

import re
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
)

from marketsim.shopify.resolvers import (
    bulk,
    inventory,
    inventory_setup,
    inventory_writes,
    metafields,
    order_writes,
    orders,
    product_set,
    product_writes,
    products,
    shop,
    taxonomy,
    uploads,
    webhooks,
)
from marketsim.shopify.resolvers.base import Resolver, Resolvers
from marketsim.shopify.wording import utc

AREAS = (
    bulk,
    inventory,
    inventory_setup,
    inventory_writes,
    metafields,
    order_writes,
    orders,
    product_set,
    product_writes,
    products,
    shop,
    taxonomy,
    uploads,
    webhooks,
)


@cache
def admin_schema() -> GraphQLSchema:
    """The Admin API 2026-10 as far as this shop speaks it."""
    text = files("marketsim.shopify").joinpath("schema.graphql").read_text()
    schema = build_schema(text)
    resolvers: dict[tuple[str, str], Resolver] = {}
    for area in AREAS:
        known: Resolvers = area.RESOLVERS
        resolvers.update(known)
    for named in schema.type_map.values():
        if isinstance(named, GraphQLObjectType) and not named.name.startswith("__"):
            for name, field in named.fields.items():
                field.resolve = resolvers.pop((named.name, name), None) or attribute(name)
        elif isinstance(named, GraphQLInterfaceType):
            named.resolve_type = type_name
        elif isinstance(named, GraphQLScalarType):
            _teach(named)
    if resolvers:
        raise LookupError(f"no such fields in the schema: {sorted(resolvers)}")
    return schema


def attribute(name: str) -> Resolver:
    """Read a field from a record's attribute (snake case) or a mapping's key (as it is)."""
    snake = "gid" if name == "id" else re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

    def resolve(source: Any, _info: Any, **_args: Any) -> Any:
        return source.get(name) if isinstance(source, dict) else getattr(source, snake)

    return resolve


def type_name(value: Any, *_: Any) -> str:
    """Which type of an interface a record is."""
    return str(value["__typename"] if isinstance(value, dict) else value.kind)


def _teach(scalar: GraphQLScalarType) -> None:
    """How a scalar of Shopify's is written and read."""
    if scalar.name == "DateTime":
        scalar.serialize = utc  # type: ignore[method-assign]  # graphql-core's own way for a schema built from text
        scalar.parse_value = _moment  # type: ignore[method-assign]  # the same
    elif scalar.name in ("Money", "Decimal", "UnsignedInt64", "URL"):
        scalar.serialize = str  # type: ignore[method-assign, assignment]  # the same
        scalar.parse_value = _text  # type: ignore[method-assign]  # the same


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise GraphQLError(f"{value} is not an ISO 8601 time") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise GraphQLError(f"{value!r} is neither text nor a number")
    return str(value)
