"""Whatever list PEG reads inside another, it asks whether it goes on, and has a way to read on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    parse,
)

from marketsim.shopify.cost import MAX_COST, each, requested
from marketsim.shopify.execution import prepare
from marketsim.shopify.schema import admin_schema
from peg.marketplaces.shopify.documents import documents

ENTRIES = frozenset({"QueryRoot", "Mutation"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as a document asks for it."""

    name: str
    given: frozenset[str]
    selected: frozenset[str]
    has_pages: bool


def lists_in(document: str) -> Iterator[Asked]:
    """Every list of a document that can be cut off: a field that takes `first`."""
    parsed = parse(document)
    fragments = {
        one.name.value: one for one in parsed.definitions if isinstance(one, FragmentDefinitionNode)
    }
    for one in parsed.definitions:
        if isinstance(one, OperationDefinitionNode):
            yield from _below(one.operation.name, "QueryRoot", one.selection_set, fragments)


def _below(
    operation: str,
    owner: str,
    selected: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> Iterator[Asked]:
    if operation == "MUTATION" and owner == "QueryRoot":
        owner = "Mutation"
    for on, node in _fields(owner, selected, fragments):
        kind = admin_schema().type_map[on]
        assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        if node.name.value.startswith("__") or node.selection_set is None:
            continue
        field = kind.fields[node.name.value]
        below = get_named_type(field.type).name
        if "first" in field.args:
            yield Asked(
                f"{on}.{node.name.value}",
                frozenset(argument.name.value for argument in node.arguments),
                frozenset(
                    one.name.value for _, one in _fields(below, node.selection_set, fragments)
                ),
                has_pages="after" in field.args,
            )
        yield from _below(operation, below, node.selection_set, fragments)


def _fields(
    owner: str, selected: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[tuple[str, FieldNode]]:
    for node in selected.selections:
        if isinstance(node, FieldNode):
            yield owner, node
        elif isinstance(node, InlineFragmentNode):
            yield from _fields(node.type_condition.name.value, node.selection_set, fragments)
        elif isinstance(node, FragmentSpreadNode):
            used = fragments[node.name.value]
            yield from _fields(used.type_condition.name.value, used.selection_set, fragments)


def cut_off_blindly(texts: Mapping[str, str]) -> set[str]:
    """Lists that do not say whether they go on, or that nothing in these documents reads on."""
    asked = [one for text in texts.values() for one in lists_in(text)]
    silent = {one.name for one in asked if one.has_pages and "pageInfo" not in one.selected}
    read_on = {one.name for one in asked if "after" in one.given or "first" not in one.given}
    return silent | ({one.name for one in asked} - read_on)


def test_peg_reads_no_list_that_may_be_cut_off_without_its_knowing() -> None:
    assert cut_off_blindly(documents()) == set()


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ("{ shop { id } }", set()),
        ("{ locations(first: 5, after: null) { nodes { id } } }", {"QueryRoot.locations"}),
        (
            "{ locations(first: 5) { nodes { id } pageInfo { endCursor } } }",
            {"QueryRoot.locations"},
        ),
        ("query Q($id: ID!) { order(id: $id) { refunds(first: 2) { id } } }", {"Order.refunds"}),
        ("query Q($id: ID!) { order(id: $id) { refunds { id } } }", set()),
    ],
)
def test_a_list_that_is_cut_off_blindly_is_found(document: str, found: set[str]) -> None:
    assert cut_off_blindly({"Q": document}) == found


@pytest.mark.parametrize("operation", documents())
def test_no_question_costs_more_than_one_may_even_if_every_record_counts(operation: str) -> None:
    """One record at a time where PEG can ask for fewer; see `execute_sized`."""
    pieces = prepare(documents()[operation], operation).pieces

    assert requested(pieces, {"first": 1, "ids": ["one"] * 10}, each) <= MAX_COST
