"""What a caller of the control API asked for, checked before anything is done."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from marketsim.buyers import Habits


class BadRequest(Exception):
    """The request cannot be understood; the sentence says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of a request: of its JSON body, its query and its path."""

    fields: Mapping[str, Any]

    def check_known(self, known: Sequence[str]) -> None:
        """No field is sent that nobody reads: it was mistyped, most likely.

        Raises:
            BadRequest: one is.
        """
        unknown = sorted(self.fields.keys() - set(known))
        if unknown:
            listed = f"known are {', '.join(known)}" if known else "none is read here"
            raise BadRequest(f"{', '.join(unknown)}: no such field; {listed}")

    def text(self, name: str, default: str | None = None) -> str:
        """A text; needed where there is no default."""
        value = self._value(name, default)
        if not isinstance(value, str):
            raise BadRequest(f"{name}: a text is needed, got {value!r}")
        return value

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number; needed where there is no default."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadRequest(f"{name}: a whole number is needed, got {value!r}")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """A number that may have a fraction; in a query it comes as text."""
        value = self._value(name, default)
        try:
            return float(value) if isinstance(value, str | int | float) else float("nan")
        except ValueError as wrong:
            raise BadRequest(f"{name}: a number is needed, got {value!r}") from wrong

    def yes_or_no(self, name: str, *, default: bool) -> bool:
        """A boolean."""
        value = self.fields.get(name, default)
        if not isinstance(value, bool):
            raise BadRequest(f"{name}: true or false, got {value!r}")
        return value

    def rates(self) -> dict[str, float]:
        """Every field as a rate by its fault's name."""
        return {name: self.number(name) for name in self.fields}

    def counts(self, name: str) -> dict[str, int]:
        """An object of whole numbers above zero; empty where it is absent."""
        value = self.fields.get(name) or {}
        if not isinstance(value, dict) or not all(
            type(it) is int and it > 0 for it in value.values()
        ):
            raise BadRequest(
                f"{name}: names with numbers of at least one are needed, got {value!r}"
            )
        return value

    def habits(self) -> Habits:
        """All fields as habits of buyers."""
        unknown = self.fields.keys() - set(Habits.__slots__)
        if unknown:
            known = ", ".join(Habits.__slots__)
            raise BadRequest(f"{', '.join(sorted(unknown))}: no such habit; known are {known}")
        try:
            return Habits(**self.fields)
        except (TypeError, ValueError) as wrong:
            raise BadRequest(str(wrong)) from wrong

    def _value(self, name: str, default: object) -> Any:
        value = self.fields.get(name, default)
        if value is None:
            raise BadRequest(f"{name} is missing")
        return value


async def read(request: Request) -> Asked:
    """Everything the request carries; its body is a JSON object or nothing.

    Raises:
        BadRequest: the body is something else.
    """
    body = await request.body()
    try:
        fields = json.loads(body) if body else {}
    except ValueError as wrong:
        raise BadRequest(f"the body is not JSON: {wrong}") from wrong
    if not isinstance(fields, dict):
        raise BadRequest("the body must be a JSON object")
    return Asked({**fields, **request.query_params, **request.path_params})
