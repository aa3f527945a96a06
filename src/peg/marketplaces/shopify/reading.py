"""Take JSON apart without believing it: a field that is missing is an error, never a zero."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from peg.domain.clock import utc
from peg.marketplaces.port import UnexpectedAnswer


def field(found: Any, *path: str) -> Any:
    """The value at a path of names.

    Raises:
        UnexpectedAnswer: a name on the way is not there.
    """
    for name in path:
        if not isinstance(found, Mapping) or name not in found:
            raise UnexpectedAnswer(f"{'.'.join(path)} is missing in what Shopify sent")
        found = found[name]
    return found


def whole(found: Any, *path: str) -> int:
    """A whole number at a path."""
    value = field(found, *path)
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnexpectedAnswer(f"{'.'.join(path)} is {value!r}, no whole number")
    return value


def text(found: Any, *path: str) -> str:
    """Text at a path; null reads as empty."""
    value = field(found, *path)
    return "" if value is None else str(value)


def things(found: Any, *path: str) -> list[Mapping[str, Any]]:
    """A list of objects at a path."""
    value = field(found, *path)
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise UnexpectedAnswer(f"{'.'.join(path)} is no list of objects")
    return value


def moment(value: object) -> datetime:
    """An ISO 8601 time with its zone, in UTC."""
    try:
        return utc(datetime.fromisoformat(str(value)))
    except ValueError as cause:
        raise UnexpectedAnswer(f"{value!r} is no time with a zone") from cause


def number(gid: object) -> str:
    """The digits of a global id: `gid://shopify/Order/123` gives `123`."""
    digits = str(gid).rsplit("/", 1)[-1].split("?", 1)[0]
    if not digits.isdigit():
        raise UnexpectedAnswer(f"{gid!r} is no id of Shopify")
    return digits


Page = Mapping[str, Any]
"""What a connection gives: `nodes` and `pageInfo`."""


def page_of(nodes: Sequence[Any], *, more: bool = False) -> Page:
    """Some nodes in the shape of a page."""
    return {"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": None}}


def goes_on(page: Any) -> bool:
    """Whether something of a list is still to be read."""
    return bool(field(page, "pageInfo", "hasNextPage"))


def next_cursor(page: Any) -> str | None:
    """Where a page's follower begins; None after the last one."""
    return text(page, "pageInfo", "endCursor") if goes_on(page) else None


def gid(kind: str, digits: str) -> str:
    """A global id."""
    return f"gid://shopify/{kind}/{digits}"
