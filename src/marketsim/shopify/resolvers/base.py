"""The words that all resolvers share."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLResolveInfo

Resolver = Callable[..., Any]
Resolvers = Mapping[tuple[str, str], Resolver]
Info = GraphQLResolveInfo


def constant(value: Any) -> Resolver:
    """A field that always says the same."""
    return lambda _source, _info, **_args: value


def nested(attribute: str) -> Resolver:
    """A connection over a list that the record itself holds, such as an order's lines."""

    def resolve(source: Any, info: Info, **args: Any) -> Any:
        return info.context.page(info, getattr(source, attribute), args)

    return resolve
