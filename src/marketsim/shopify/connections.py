"""Pages of a connection, with cursors that hold a place even when records change beside it."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

Key = tuple[str | int, int]
KeyOf = Callable[[Any], Key]
OBJECTS_MAX = 25_000
"""So far a connection can be paged through; more of it comes only from a bulk operation."""


@dataclass(slots=True, kw_only=True)
class Edge:
    """One record with its cursor."""

    node: Any
    cursor: str


@dataclass(slots=True, kw_only=True)
class Page:
    """Some records of a connection, in order; also the page's own `pageInfo`."""

    nodes: list[Any]
    key_of: KeyOf
    has_next_page: bool
    has_previous_page: bool

    @property
    def edges(self) -> list[Edge]:
        """The records with their cursors."""
        return [Edge(node=node, cursor=cursor_of(self.key_of(node))) for node in self.nodes]

    @property
    def page_info(self) -> "Page":
        """Itself: a page says what lies around it."""
        return self

    @property
    def start_cursor(self) -> str | None:
        """Where the page begins."""
        return cursor_of(self.key_of(self.nodes[0])) if self.nodes else None

    @property
    def end_cursor(self) -> str | None:
        """Where the page ends: the next one begins `after` it."""
        return cursor_of(self.key_of(self.nodes[-1])) if self.nodes else None


def by_number(record: Any) -> Key:
    """The order of creation."""
    number: int = record.number
    return (number, number)


def cursor_of(key: Key) -> str:
    """The opaque text that stands for a place in the order."""
    value, number = key
    text = json.dumps({"last_id": number, "last_value": value}, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def place_of(cursor: str) -> Key:
    """The place a cursor stands for.

    Raises:
        GraphQLError: it is not a cursor of this server.
    """
    try:
        held = json.loads(base64.b64decode(cursor, validate=True))
        return held["last_value"], int(held["last_id"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise GraphQLError(
            f"Invalid cursor for current pagination sort: {cursor}",
            extensions={"code": "BAD_REQUEST"},
        ) from None


def page(
    records: Iterable[Any],
    args: Mapping[str, Any],
    key_of: KeyOf = by_number,
    *,
    objects_max: int = OBJECTS_MAX,
) -> Page:
    """The page that first/after or last/before ask for; `reverse` turns the order round.

    Raises:
        GraphQLError: the page lies beyond the first `objects_max`, or a cursor is none.
    """
    backwards = bool(args.get("reverse"))
    rows = sorted(records, key=key_of, reverse=backwards)
    before, after = args.get("before"), args.get("after")
    start, end = 0, len(rows)
    try:
        if after is not None:
            start = _position(rows, place_of(after), key_of, backwards=backwards, past=True)
        if before is not None:
            end = _position(rows, place_of(before), key_of, backwards=backwards, past=False)
    except TypeError:
        raise GraphQLError(
            "Invalid cursor for current pagination sort.", extensions={"code": "BAD_REQUEST"}
        ) from None
    first, last = args.get("first"), args.get("last")
    if first is not None:
        low, high = start, min(end, start + first)
    elif last is not None:
        low, high = max(start, end - last), end
    else:
        low, high, objects_max = start, end, len(rows)
    _check_depth(len(rows) - low if first is None and last is not None else high, objects_max)
    return Page(
        nodes=rows[low:high],
        key_of=key_of,
        has_next_page=high < len(rows),
        has_previous_page=low > 0,
    )


def _check_depth(objects: int, objects_max: int) -> None:
    """So many objects lie between the end that is paged from and the end of this page."""
    if objects > objects_max:
        raise GraphQLError(
            f"Pagination is limited to {objects_max} objects; use a bulk operation to read more.",
            extensions={"code": "BAD_REQUEST"},
        )


def _position(rows: list[Any], place: Key, key_of: KeyOf, *, backwards: bool, past: bool) -> int:
    """Where in the rows the place stands, by bisection."""
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        key = key_of(rows[middle])
        ahead = key > place if backwards else key < place
        if ahead or (past and key == place):
            low = middle + 1
        else:
            high = middle
    return low
