"""A parameter that cannot be, in plain words: the library's own name its inside."""

from collections.abc import Iterable, Mapping
from typing import Any

from peg.domain.near import quoted

_LEFT_OUT = "none_required"
"""What the library says beside the true reason of a parameter that may be left out."""

_TAKES = {
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number that is not so long",
    "int_from_float": "a whole number",
    "greater_than_equal": "a whole number from {ge} upward",
    "less_than_equal": "a whole number up to {le}",
}


def told(wrong: Iterable[Mapping[str, Any]]) -> str:
    """What each of them takes, and what it was."""
    reasons: dict[str, Mapping[str, Any]] = {}
    optional = set()
    for one in wrong:
        name = str(one["loc"][1])
        if one["type"] == _LEFT_OUT:
            optional.add(name)
        else:
            reasons.setdefault(name, one)
    return "; ".join(
        _sentence(name, one, optional=name in optional) for name, one in reasons.items()
    )


def _sentence(name: str, wrong: Mapping[str, Any], *, optional: bool) -> str:
    was = f", not {quoted(wrong['input'])}" if isinstance(wrong["input"], str) else ""
    takes = _TAKES.get(wrong["type"])
    if takes is None:
        return f"{name}: {wrong['msg'][:1].lower()}{wrong['msg'][1:]}{was}"
    or_none = "; or leave it out" if optional else ""
    return f"{name} takes {takes.format_map(wrong.get('ctx', {}))}{was}{or_none}"
