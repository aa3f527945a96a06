"""Webhooks as somebody who knows only GraphQL expects them: in its own forms."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from marketsim.shopify.wording import decimal, utc

_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d\Z")
Form = Callable[[str, Any], Any]
"""A value in another form, by the name it stands under."""

_NUMBERS = frozenset({"subtotal", "total_tax"})
"""Amounts that webhooks write as numbers, and everything else as texts."""


def plainly(body: Mapping[str, Any], strikes: Callable[[str], bool]) -> Mapping[str, Any]:
    """The body as it is, or in GraphQL's forms where a trap is off."""
    rewrite: list[Form] = []
    if not strikes("local_times"):
        rewrite.append(_time)
    if not strikes("comma_tags"):
        rewrite.append(_tags)
    if not strikes("mixed_amounts"):
        rewrite.append(_amount)
    return {name: _plain(name, value, rewrite) for name, value in body.items()} if rewrite else body


def _plain(name: str, value: Any, rewrite: Sequence[Form]) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(key, inner, rewrite) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(name, inner, rewrite) for inner in value]
    for form in rewrite:
        value = form(name, value)
    return value


def _time(_name: str, value: Any) -> Any:
    local = isinstance(value, str) and _LOCAL.match(value)
    return utc(datetime.fromisoformat(value)) if local else value


def _tags(name: str, value: Any) -> Any:
    return [tag for tag in value.split(", ") if tag] if name == "tags" else value


def _amount(name: str, value: Any) -> Any:
    return decimal(round(value * 100)) if name in _NUMBERS and not isinstance(value, str) else value
