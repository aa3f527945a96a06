"""Shopify's search syntax with its silent traps: `updated_at:>='2026-11-01T10:00:00Z'`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from marketsim.shopify.credentials import SHOP_TIMEZONE

Test = Callable[[Any], bool]
Getter = Callable[[Any], Any]

_TERM = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<minus>-)?
    (?:(?P<field>[A-Za-z_][\w.]*):(?P<sign>>=|<=|>|<|=)?)?
    (?P<value>"[^"]*"|'[^']*'|[^\s()]+))""",
    re.VERBOSE,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LOCAL = ZoneInfo(SHOP_TIMEZONE)


def everything(_: Any) -> bool:
    """Matches all."""
    return True


class Field(Protocol):
    """What a search may ask of a record."""

    @property
    def get(self) -> Getter:
        """Reads the record's value."""

    def test(self, sign: str, value: str) -> Test | None:
        """A test of records, or None when the value cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A searchable time."""

    get: Getter

    def test(self, sign: str, value: str) -> Test | None:
        wanted = moment(value)
        return None if wanted is None else compare(self.get, sign, wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A searchable whole number; ids may be given as global ids too."""

    get: Getter

    def test(self, sign: str, value: str) -> Test | None:
        digits = value.rpartition("/")[2]
        if not digits.lstrip("-").isdigit():
            return None
        return compare(self.get, sign, int(digits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A searchable text or list of texts: any case, `*` at the end for a beginning."""

    get: Getter

    def test(self, _sign: str, value: str) -> Test | None:
        wanted = value.casefold()

        def found(record: Any) -> bool:
            held = self.get(record)
            texts = held if isinstance(held, list) else [held or ""]
            if wanted.endswith("*"):
                return any(text.casefold().startswith(wanted[:-1]) for text in texts)
            return any(text.casefold() == wanted for text in texts)

        return found


@dataclass(slots=True, kw_only=True)
class Searched:
    """A query made into a test, with the warnings that nobody reads."""

    test: Test
    parsed: dict[str, Any] = field(default_factory=dict)
    warnings: list[dict[str, str]] = field(default_factory=list)


def compare(get: Getter, sign: str, wanted: Any) -> Test:
    """A test by comparison; a missing value never matches."""
    signs: dict[str, Callable[[Any], bool]] = {
        ">=": lambda held: bool(held >= wanted),
        "<=": lambda held: bool(held <= wanted),
        ">": lambda held: bool(held > wanted),
        "<": lambda held: bool(held < wanted),
        "=": lambda held: bool(held == wanted),
    }
    chosen = signs[sign]
    return lambda record: get(record) is not None and chosen(get(record))


def moment(text: str) -> datetime | None:
    """A time; a bare date, or what is left of a cut one, is midnight in the shop."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        date = _DATE.match(text)
        if date is None:
            return None
        found = datetime.fromisoformat(date[0])
    if not _DATE.fullmatch(text) and "T" in text and ":" in text:
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    day = datetime(found.year, found.month, found.day, tzinfo=_LOCAL)
    return day.astimezone(UTC)


class Search:
    """Reads one query; `fields` are those the connection knows."""

    def __init__(
        self, fields: Mapping[str, Field], *, cut_times: bool = True, pass_unknown: bool = True
    ) -> None:
        """`cut_times`: unquoted values end at a colon; `pass_unknown`: unknown fields match all."""
        self._fields = fields
        self._cut_times = cut_times
        self._pass_unknown = pass_unknown
        self._warnings: list[dict[str, str]] = []
        self._terms: list[re.Match[str]] = []
        self._at = 0

    def read(self, query: str) -> Searched:
        """Parse a query; there are no syntax errors, only surprises."""
        self._terms = [term for term in _TERM.finditer(query) if term[0].strip()]
        tests = []
        while self._at < len(self._terms):
            tests.append(self._any_of())
            self._at += 1  # an unmatched closing bracket
        return Searched(test=all_of(tests), parsed=self._parsed(), warnings=self._warnings)

    def _any_of(self) -> Test:
        choices = [self._all_of()]
        while self._word() == "OR":
            self._at += 1
            choices.append(self._all_of())
        return choices[0] if len(choices) == 1 else lambda record: any(it(record) for it in choices)

    def _all_of(self) -> Test:
        tests = []
        while (word := self._word()) not in (None, "OR"):
            if word == "AND":
                self._at += 1
                continue
            tests.append(self._one())
        return all_of(tests)

    def _one(self) -> Test:
        term = self._terms[self._at]
        self._at += 1
        if term["value"] == "NOT" and not term["field"] and self._word() is not None:
            return opposite(self._one())
        if term["open"]:
            inner = self._any_of()
            self._at += 1
            return inner
        test = self._test(term)
        return opposite(test) if term["minus"] else test

    def _word(self) -> str | None:
        """The next term, or None at the end and at a closing bracket."""
        if self._at >= len(self._terms) or self._terms[self._at]["close"]:
            return None
        return self._terms[self._at]["value"] or "("

    def _test(self, term: re.Match[str]) -> Test:
        name, value = term["field"], self._value(term["value"])
        if name is None:
            return self._loose(value)
        known = self._fields.get(name)
        if known is None:
            self._warn(name, "Invalid search field for this query.", "invalid_field")
            return everything if self._pass_unknown else opposite(everything)
        if value == "*":
            return lambda record: known.get(record) not in (None, "", [])
        test = known.test(term["sign"] or "=", value)
        if test is None:
            self._warn(name, f"Input `{value}` is not a valid value.", "invalid_value")
            return everything
        return test

    def _value(self, text: str) -> str:
        if text[0] in "'\"" and text[-1] == text[0] and len(text) > 1:
            return text[1:-1]
        return text.partition(":")[0] if self._cut_times else text

    def _loose(self, value: str) -> Test:
        """A word without a field is looked for in the connection's default field."""
        default = self._fields.get("default")
        found = default.test("=", f"{value.rstrip('*')}*") if default else None
        return found or everything

    def _warn(self, name: str, message: str, code: str) -> None:
        self._warnings.append({"field": name, "message": message, "code": code})

    def _parsed(self) -> dict[str, Any]:
        terms = [
            {"field": term["field"] or "default", "match_all": self._value(term["value"])}
            for term in self._terms
            if term["value"] and term["value"] not in ("AND", "OR", "NOT")
        ]
        return terms[0] if len(terms) == 1 else {"and": terms}


def all_of(tests: list[Test]) -> Test:
    """Matches what every test matches."""
    return tests[0] if len(tests) == 1 else lambda record: all(test(record) for test in tests)


def opposite(test: Test) -> Test:
    """Matches what the test does not."""
    return lambda record: not test(record)
