"""What a query costs, by a published outline and a formula that is not, and the bucket it drains.

Known: a scalar is free, an object costs 1, a mutation 10, a connection grows with `first` but more
slowly. Measured on a real store: 250 variants with their items request 25. Here a page of n counts
as the square root of n, rounded up: 33 for the same, so that PEG never pays less than in reality.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, isqrt
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NamedTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)

from marketsim.clock import MarketClock

MUTATION_COST = 10
MAX_COST = 1_000
STANDARD = (2_000.0, 100.0)
"""Bucket and points restored a second on the cheapest plan; Advanced has twice, Plus ten times."""

FREE = frozenset({"userErrors", "orderCancelUserErrors", "pageInfo"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One selected field that costs something, with what is selected under it.

    Attributes:
        sizes: the values of first/last/ids, if the field is a page or a sized list.
        arms: for a connection, the response keys that lead to its nodes.
    """

    key: str
    path: tuple[str, ...]
    price: int
    children: tuple["Piece", ...]
    paged: bool = False
    sizes: tuple[tuple[str, ValueNode], ...] = ()
    arms: tuple[tuple[str, ...], ...] = ()


def plan(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> tuple[Piece, ...]:
    """Take an operation apart once, so that each run of it is priced quickly."""
    mutating = operation.operation is OperationType.MUTATION
    root = schema.mutation_type if mutating else schema.query_type
    planner = _Planner(schema, fragments, price=MUTATION_COST if mutating else 1)
    return tuple(planner.pieces(root, operation.selection_set, ()))


class _Planner:
    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        *,
        price: int,
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._root_price = price

    def pieces(
        self, parent: GraphQLNamedType | None, selected: SelectionSetNode, path: tuple[str, ...]
    ) -> Iterator[Piece]:
        for owner, node in self._fields(parent, selected):
            piece = self._piece(owner, node, path)
            if piece is not None:
                yield piece

    def _fields(
        self, parent: GraphQLNamedType | None, selected: SelectionSetNode
    ) -> Iterator[tuple[GraphQLNamedType | None, FieldNode]]:
        for node in selected.selections:
            if isinstance(node, FieldNode):
                yield parent, node
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                named = self._schema.type_map[fragment.type_condition.name.value]
                yield from self._fields(named, fragment.selection_set)
            elif isinstance(node, InlineFragmentNode):
                condition = _condition(node)
                on = parent if condition is None else self._schema.type_map[condition.name.value]
                yield from self._fields(on, node.selection_set)

    def _piece(
        self, owner: GraphQLNamedType | None, node: FieldNode, path: tuple[str, ...]
    ) -> Piece | None:
        name = node.name.value
        if not isinstance(owner, GraphQLObjectType | GraphQLInterfaceType) or name in FREE:
            return None
        if name.startswith("__") or node.selection_set is None:
            return None
        returned = get_named_type(owner.fields[name].type)
        key = node.alias.value if node.alias else name
        here = (*path, key)
        sizes = tuple(
            (argument.name.value, argument.value)
            for argument in node.arguments
            if argument.name.value in ("first", "last", "ids")
        )
        price = self._root_price if not path else 1
        if returned.name.endswith("Connection"):
            return self._connection(returned, node, here, sizes)
        children = tuple(self.pieces(returned, node.selection_set, here))
        sized = "first" in owner.fields[name].args or name == "nodes"
        return Piece(
            key=key, path=here, price=price, children=children, sizes=sizes if sized else ()
        )

    def _connection(
        self,
        connection: GraphQLNamedType,
        node: FieldNode,
        here: tuple[str, ...],
        sizes: tuple[tuple[str, ValueNode], ...],
    ) -> Piece:
        children: list[Piece] = []
        arms: list[tuple[str, ...]] = []
        selected = node.selection_set or SelectionSetNode(selections=())
        for owner, field in self._fields(connection, selected):
            key = field.alias.value if field.alias else field.name.value
            if not isinstance(owner, GraphQLObjectType) or field.selection_set is None:
                continue
            inner = get_named_type(owner.fields[field.name.value].type)
            if field.name.value == "nodes":
                arms.append((key,))
                children.extend(self.pieces(inner, field.selection_set, (*here, key)))
            elif field.name.value == "edges":
                for edge, below in self._fields(inner, field.selection_set):
                    if below.name.value == "node" and below.selection_set is not None:
                        to_node = below.alias.value if below.alias else "node"
                        arms.append((key, to_node))
                        node_type = get_named_type(edge.fields["node"].type)  # type: ignore[union-attr]  # an edge is an object type
                        children.extend(
                            self.pieces(node_type, below.selection_set, (*here, key, to_node))
                        )
        return Piece(
            key=here[-1],
            path=here,
            price=1,
            children=tuple(children),
            paged=True,
            sizes=sizes,
            arms=tuple(arms),
        )


def _condition(node: InlineFragmentNode) -> NamedTypeNode | None:
    """The type an inline fragment is for, if it says so."""
    return node.type_condition


def weight(count: int) -> int:
    """How many times its records' price a page of `count` costs."""
    return 0 if count <= 0 else isqrt(count - 1) + 1


def size_of(piece: Piece, variables: Mapping[str, Any]) -> int | None:
    """How many records are asked for; None when nothing says so."""
    for name, value in piece.sizes:
        given = _value(value, variables)
        if given is not None:
            return len(given) if name == "ids" else int(given)
    return None


def each(count: int) -> int:
    """How many times a page costs where each record counts, as an older outline had it."""
    return max(0, count)


def requested(
    pieces: Sequence[Piece], variables: Mapping[str, Any], weigh: Callable[[int], int] = weight
) -> int:
    """The cost before anything is read: every page full."""
    total = 0
    for piece in pieces:
        below = piece.price + requested(piece.children, variables, weigh)
        if piece.paged or piece.sizes:
            size = size_of(piece, variables)
            below *= weigh(1 if size is None else size)
        total += below
    return total


def actual(pieces: Sequence[Piece], data: Any) -> int:
    """The cost of what came back; never more than was requested for it."""
    return 0 if data is None else ceil(sum(_actual(piece, data) for piece in pieces))


def _actual(piece: Piece, data: Mapping[str, Any]) -> float:
    if piece.key not in data:
        return 0
    found = data[piece.key]
    if found is None:
        return piece.price
    if piece.paged:
        return _shrunk(piece, list(_nodes(piece, found)))
    if isinstance(found, list):
        if piece.sizes:
            return _shrunk(piece, found)
        return piece.price + (_below(piece, found[0]) if found and found[0] else 0)
    return piece.price + _below(piece, found)


def _shrunk(piece: Piece, nodes: Sequence[Any]) -> float:
    whole = sum(piece.price + (_below(piece, node) if node else 0) for node in nodes)
    return whole * weight(len(nodes)) / len(nodes) if nodes else 0


def _below(piece: Piece, found: Mapping[str, Any]) -> float:
    return sum(_actual(child, found) for child in piece.children)


def _nodes(piece: Piece, found: Mapping[str, Any]) -> Iterator[Any]:
    for arm in piece.arms:
        rows = found.get(arm[0]) or []
        yield from (rows if len(arm) == 1 else [row[arm[1]] for row in rows])


def _value(node: ValueNode, variables: Mapping[str, Any]) -> Any:
    if isinstance(node, VariableNode):
        return variables.get(node.name.value)
    if isinstance(node, IntValueNode):
        return int(node.value)
    return list(node.values) if isinstance(node, ListValueNode) else None


class Bucket:
    """The points one app has left on one shop; refilled in market time."""

    def __init__(self, clock: MarketClock) -> None:
        self._clock = clock
        self.maximum, self.restore_rate = STANDARD
        self._points = self.maximum
        self._at: datetime = clock.now()

    def set_plan(self, *, maximum: float, restore_rate: float) -> None:
        """Another plan's bucket, full."""
        self.maximum, self.restore_rate = maximum, restore_rate
        self._points, self._at = maximum, self._clock.now()

    @property
    def available(self) -> float:
        """Points left now."""
        now = self._clock.now()
        restored = (now - self._at).total_seconds() * self.restore_rate
        self._points, self._at = min(self.maximum, self._points + restored), now
        return self._points

    def charge(self, points: float) -> None:
        """Take points away; never below none."""
        self._points = max(0.0, self.available - points)

    def status(self) -> dict[str, float]:
        """As `throttleStatus` tells it."""
        return {
            "maximumAvailable": self.maximum,
            "currentlyAvailable": int(self.available),
            "restoreRate": self.restore_rate,
        }
