"""Compare the data of a GraphQL answer with what its document asked for and its schema allows."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    is_abstract_type,
)
from graphql.execution.collect_fields import collect_fields, collect_sub_fields
from graphql.execution.values import get_variable_values


def answer_faults(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Mapping[str, Any],
    data: Any,
    operation_name: str | None = None,
) -> list[str]:
    """Where `data` is not what the operation asked for, or not of the type it must be."""
    if not isinstance(data, dict):
        return ["data is no object"]
    operation = _operation(document, operation_name)
    values = get_variable_values(schema, operation.variable_definitions or (), dict(variables))
    if isinstance(values, list):
        return [f"the variables do not fit: {error.message}" for error in values]
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    root = schema.get_root_type(operation.operation)
    assert root is not None  # the document was validated
    fields = collect_fields(schema, fragments, values, root, operation.selection_set)
    return list(_Comparison(schema, fragments, values).object(root, fields, data, "data"))


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    (operation,) = (
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        and (name is None or (node.name is not None and node.name.value == name))
    )
    return operation


@dataclass(frozen=True, slots=True)
class _Comparison:
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    variables: dict[str, Any]

    def object(
        self, kind: GraphQLObjectType, fields: dict[str, list[FieldNode]], value: Any, at: str
    ) -> Iterator[str]:
        yield from (f"{at}.{key} was not asked for" for key in value.keys() - fields.keys())
        for key, nodes in fields.items():
            name = nodes[0].name.value
            if key not in value:
                yield f"{at}.{key} is missing"
            elif name == "__typename":
                if value[key] != kind.name:
                    yield f"{at}.{key} is {value[key]!r}, not {kind}"
            else:
                yield from self.value(kind.fields[name].type, nodes, value[key], f"{at}.{key}")

    def value(
        self, kind: GraphQLOutputType, nodes: list[FieldNode], value: Any, at: str
    ) -> Iterator[str]:
        if isinstance(kind, GraphQLNonNull):
            if value is None:
                yield f"{at} is null, and {kind} may not be"
            yield from self.value(kind.of_type, nodes, value, at)
        elif isinstance(kind, GraphQLList) and isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.value(kind.of_type, nodes, item, f"{at}[{index}]")
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
            if isinstance(value, dict):
                yield from self.composite(kind, nodes, value, at)
            elif value is not None:
                yield f"{at} is no object"
        elif value is not None and not _is_leaf(kind, value):
            yield f"{at} is {value!r}, which is no {kind}"

    def composite(
        self, kind: Any, nodes: list[FieldNode], value: dict[str, Any], at: str
    ) -> Iterator[str]:
        """An object; of an interface or union, as the possible type it fits best."""
        kinds = self.schema.get_possible_types(kind) if is_abstract_type(kind) else [kind]
        named = [one for one in kinds if value.get("__typename", one.name) == one.name]
        tried = [list(self.object(one, self._fields_of(one, nodes), value, at)) for one in named]
        if not tried:
            yield f"{at} says it is {value['__typename']}, which is no {kind}"
        yield from min(tried, key=len, default=())

    def _fields_of(
        self, kind: GraphQLObjectType, nodes: list[FieldNode]
    ) -> dict[str, list[FieldNode]]:
        return collect_sub_fields(self.schema, self.fragments, self.variables, kind, nodes)


def _is_leaf(kind: GraphQLOutputType, value: Any) -> bool:
    if isinstance(kind, GraphQLEnumType):
        return isinstance(value, str) and value in kind.values
    return isinstance(kind, GraphQLScalarType) and SCALARS[kind.name](value)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31


def _decimal(value: Any) -> bool:
    try:
        return _text(value) and Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _moment(value: Any) -> bool:
    """Shopify's GraphQL gives UTC with a Z."""
    try:
        return _text(value) and value.endswith("Z") and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _shaped(pattern: str) -> Callable[[Any], bool]:
    return lambda value: _text(value) and re.fullmatch(pattern, value) is not None


SCALARS: Mapping[str, Callable[[Any], bool]] = {
    "ARN": _text,
    "BigInt": _shaped(r"-?\d+"),
    "Boolean": lambda value: isinstance(value, bool),
    "Color": _shaped(r"#[0-9A-Fa-f]{6}"),
    "Date": _shaped(r"\d{4}-\d\d-\d\d"),
    "DateTime": _moment,
    "Decimal": _decimal,
    "Float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "FormattedString": _text,
    "HTML": _text,
    "ID": _shaped(r"gid://shopify/[A-Za-z]+/[\w-]+(\?\S+)?"),
    "Int": _whole,
    "JSON": lambda _: True,
    "Money": _decimal,
    "StorefrontID": _text,
    "String": _text,
    "URL": _shaped(r"[a-z][a-z0-9+.-]*:.+"),
    "UnsignedInt64": _shaped(r"\d+"),
    "UtcOffset": _shaped(r"[+-]\d\d:\d\d"),
}
