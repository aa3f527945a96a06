"""JSON that is wrong in one place: a field is missing, of another kind, or unknown."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

Path = tuple[str | int, ...]
KINDS = ("missing", "of another kind", "unknown")


def spoilt(body: Any, *, rng: Random, fields_max: int) -> Iterator[tuple[str, Any]]:
    """So many of a body's fields, each spoilt in every way, with what was done to it."""
    fields = list(_fields(body, ()))
    for field in rng.sample(fields, min(fields_max, len(fields))):
        for kind in KINDS:
            yield f"{'.'.join(map(str, field))} is {kind}", _with(body, field, kind)


def _fields(value: Any, at: Path) -> Iterator[Path]:
    """Every field; of a list, those of its first item."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*at, name)
            yield from _fields(inner, (*at, name))
    elif isinstance(value, list) and value:
        yield from _fields(value[0], (*at, 0))


def _with(body: Any, field: Path, kind: str) -> Any:
    """A copy with one field spoilt."""
    copy = json.loads(json.dumps(body))
    holder = copy
    for step in field[:-1]:
        holder = holder[step]
    name = field[-1]
    if kind == "missing":
        del holder[name]
    elif kind == "unknown":
        holder[f"{name}_of_nobody"] = 1
    else:
        holder[name] = "a text" if isinstance(holder[name], list) else [["a list"]]
    return copy
