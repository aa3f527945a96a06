"""What a caller asked for, read strictly: wrong types and values outside the contract are 400."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketsim.etsy.refusals import bad

EPOCH_S_MIN = 946_684_800
WHOLE = re.compile(r"-?[0-9]{1,18}\Z")
UPWARDS = ("asc", "ascending", "up")
DOWNWARDS = ("desc", "descending", "down")
YES_OR_NO = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Fields:
    """Named texts of a query or a form; every name may come several times.

    A JSON body with the same fields is accepted too, as Etsy does for its widely used clients; its
    values arrive here as texts, null as absent.
    """

    values: Mapping[str, Sequence[str]]

    def __contains__(self, name: str) -> bool:
        return bool(self._all(name))

    def text(self, name: str) -> str | None:
        """The value, or None where it is absent."""
        values = self._all(name)
        return values[-1] if values else None

    def needed(self, name: str) -> str:
        """The value; 400 where it is absent or empty."""
        value = self.text(name)
        if not value:
            raise bad(f"The request is missing a required field: {name}")
        return value

    def integer(
        self, name: str, *, least: int | None = None, most: int | None = None
    ) -> int | None:
        """A whole number within bounds."""
        value = self.text(name)
        if value is None or value == "":
            return None
        if not WHOLE.match(value):
            raise bad(f"Expected int value for '{name}' (got {value})")
        number = int(value)
        if (least is not None and number < least) or (most is not None and number > most):
            raise bad(f"Value of '{name}' is out of range: {number}")
        return number

    def number(self, name: str) -> float | None:
        """A number that may have a fraction."""
        value = self.text(name)
        if value is None or value == "":
            return None
        try:
            number = float(value)
        except ValueError as wrong:
            raise bad(f"Expected float value for '{name}' (got {value})") from wrong
        if not -1e300 < number < 1e300:
            raise bad(f"Expected float value for '{name}' (got {value})")
        return number

    def flag(self, name: str) -> bool | None:
        """True or false."""
        value = self.text(name)
        if value is None or value == "":
            return None
        if value.lower() not in YES_OR_NO:
            raise bad(f"Expected boolean value for '{name}' (got {value})")
        return YES_OR_NO[value.lower()]

    def choice(self, name: str, among: Sequence[str]) -> str | None:
        """One of the values of an enumeration."""
        value = self.text(name)
        if value is not None and value not in among:
            raise bad(f"Value of '{name}' must be one of {', '.join(among)} (got {value})")
        return value

    def texts(self, name: str) -> list[str] | None:
        """A list: repeated, with [] behind the name, or joined by commas; None where absent."""
        if name not in self:
            return None
        parts = (part.strip() for value in self._all(name) for part in value.split(","))
        return [part for part in parts if part]

    def integers(self, name: str) -> list[int] | None:
        """A list of whole numbers above zero."""
        texts = self.texts(name)
        if texts is None:
            return None
        if not all(WHOLE.match(text) and int(text) > 0 for text in texts):
            raise bad(f"Expected a list of positive int values for '{name}'")
        return [int(text) for text in texts]

    def moment(self, name: str) -> int | None:
        """Epoch seconds, not before the year 2000."""
        return self.integer(name, least=EPOCH_S_MIN)

    def page(self, *, offset_max: int | None = None) -> tuple[int, int]:
        """Limit (1 to 100, 25 by default) and offset."""
        limit = self.integer("limit", least=1, most=100)
        offset = self.integer("offset", least=0, most=offset_max)
        return 25 if limit is None else limit, offset or 0

    def _all(self, name: str) -> Sequence[str]:
        return [*self.values.get(name, ()), *self.values.get(f"{name}[]", ())]


def of_json(body: Mapping[str, Any]) -> Fields:
    """The fields of a JSON body as if they had come in a form."""
    return Fields({name: _texts(value) for name, value in body.items() if value is not None})


def _texts(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [str(value)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file of a multipart body; `begins` are its first bytes, which say of what kind it is."""

    name: str
    size: int
    begins: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call of an operation.

    Attributes:
        path: the numbers in the address.
        form: the fields of the body, where the operation takes fields.
        body: the parsed JSON body, where it takes JSON.
        scopes: what the caller's token may do; None when it came without one.
    """

    path: Mapping[str, int]
    query: Fields
    form: Fields
    body: Any
    files: Mapping[str, Upload]
    scopes: frozenset[str] | None

    @property
    def by_owner(self) -> bool:
        """Whether the shop's owner has let the caller in."""
        return self.scopes is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and JSON body; None is no body at all."""

    body: Any
    status: int = 200
