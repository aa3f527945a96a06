r"""Cut Shopify's Admin GraphQL schema down to what a file of operations reaches.

The full schema has 3,500 types and 20 MB; a client needs some two hundred. It is the introspection
result that `tools.schemas` fetches into a cache and that is never committed:

    python -m tools.prune_shopify_schema src/marketsim/shopify/schema.graphql \
        tools/shopify_operations.graphql src/peg/marketplaces/shopify/operations.graphql

Kept: each selected field with all its arguments, every input type and enum these reach in whole,
the interfaces of kept types, and the `@idempotent` directive. Descriptions are dropped.
"""

import argparse
import gzip
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    IntrospectionQuery,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    get_named_type,
    parse,
    print_schema,
    validate,
    visit,
)
from tools.schemas import ADMIN_API, fetch

TYPE_DIRECTIVES = ("idempotent", "oneOf", "include", "skip", "deprecated", "specifiedBy")


class Reached(Visitor):
    """Collects which fields of which types the operations select, and all that hangs on them."""

    def __init__(self, schema: GraphQLSchema, types: TypeInfo) -> None:
        super().__init__()
        self.schema = schema
        self.types = types
        self.fields: dict[str, set[str]] = {}
        self.names: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Keep the field, its result type and everything its arguments may hold."""
        parent, field = self.types.get_parent_type(), self.types.get_field_def()
        if parent is None or field is None or node.name.value.startswith("__"):
            return
        self.keep(parent)
        self.fields.setdefault(parent.name, set()).add(node.name.value)
        self.keep(get_named_type(field.type))
        for argument in field.args.values():
            self.keep(get_named_type(argument.type))

    def keep(self, kept: GraphQLNamedType) -> None:
        """Keep a named type; input types in whole."""
        if kept.name in self.names:
            return
        self.names.add(kept.name)
        if isinstance(kept, GraphQLInputObjectType):
            for field in kept.fields.values():
                self.keep(get_named_type(field.type))
        if isinstance(kept, GraphQLObjectType | GraphQLInterfaceType) and "id" in kept.fields:
            self.fields.setdefault(kept.name, set()).add("id")
            self.keep(get_named_type(kept.fields["id"].type))

    def share_with_implementers(self) -> None:
        """A field selected on an interface must exist on each kept type that implements it."""
        for kept in [self.schema.type_map[name] for name in sorted(self.names)]:
            if isinstance(kept, GraphQLObjectType | GraphQLInterfaceType):
                for interface in kept.interfaces:
                    wanted = self.fields.get(interface.name, set())
                    self.fields.setdefault(kept.name, set()).update(wanted)


def fetch_introspection() -> IntrospectionQuery:
    """The full schema's introspection result, from the cache or once from npm."""
    packed = (fetch(ADMIN_API, npm=shutil.which("npm")) / ADMIN_API.keep).read_bytes()
    return cast(
        "IntrospectionQuery", without_descriptions(json.loads(gzip.decompress(packed))["data"])
    )


def without_descriptions(value: Any) -> Any:
    """The same introspection result with every description empty."""
    if isinstance(value, dict):
        return {
            key: None if key == "description" else without_descriptions(inner)
            for key, inner in value.items()
        }
    return [without_descriptions(inner) for inner in value] if isinstance(value, list) else value


def prune(schema: GraphQLSchema, documents: Sequence[DocumentNode]) -> GraphQLSchema:
    """Cut `schema` to what the documents' operations reach.

    Raises:
        ValueError: an operation is not valid against the full schema.
    """
    types = TypeInfo(schema)
    reached = Reached(schema, types)
    for operations in documents:
        if mistakes := validate(schema, operations):
            raise ValueError("\n".join(str(mistake) for mistake in mistakes))
        visit(operations, TypeInfoVisitor(types, reached))
    reached.share_with_implementers()
    for name in reached.names:
        cut(schema.type_map[name], reached)
    return GraphQLSchema(
        query=schema.query_type,
        mutation=schema.mutation_type,
        types=[schema.type_map[name] for name in sorted(reached.names)],
        directives=[it for it in schema.directives if it.name in TYPE_DIRECTIVES],
        assume_valid=True,
    )


def cut(kept: GraphQLNamedType, reached: Reached) -> None:
    """Drop from one type what no operation reached."""
    if isinstance(kept, GraphQLObjectType | GraphQLInterfaceType):
        wanted = reached.fields.get(kept.name, set())
        fields: dict[str, GraphQLField] = {
            name: field for name, field in kept.fields.items() if name in wanted
        }
        kept.fields = fields
        kept.interfaces = tuple(it for it in kept.interfaces if it.name in reached.names)
    if isinstance(kept, GraphQLUnionType):
        kept.types = tuple(it for it in kept.types if it.name in reached.names)
    if isinstance(kept, GraphQLEnumType):
        kept.ast_node = None


def main() -> None:
    """Read the operations, write the cut schema."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("output", type=Path, help="where the schema language text goes")
    arguments.add_argument("operations", type=Path, nargs="+", help="files of GraphQL operations")
    chosen = arguments.parse_args()
    schema = build_client_schema(fetch_introspection(), assume_valid=True)
    pruned = prune(schema, [parse(file.read_text()) for file in chosen.operations])
    chosen.output.write_text(print_schema(pruned) + "\n")
    print(f"{len(pruned.type_map)} types written to {chosen.output}")


if __name__ == "__main__":
    main()
