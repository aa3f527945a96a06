"""What may stand behind the `?` of an address, and how it is refused where it cannot be."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Request
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from peg.domain.identity import SKU_CHARACTERS_MAX, SKU_PATTERN
from peg.domain.moment import YEAR_MAX, YEAR_MIN, parse_moment
from peg.domain.near import did_you_mean, quoted
from peg.web.refusals import NoTimezone, RepeatedParameter, UnknownParameter

PAGE_MAX = 1000
DAYS_MAX = 3650
NUMBER_MAX = 2**53 - 1
"""The largest whole number that every reader of JSON keeps exact."""

_SKU: dict[str, Any] = {"pattern": f"^{SKU_PATTERN}$", "maxLength": SKU_CHARACTERS_MAX}
"""Told in the document only: PEG's own check says in words what to do."""

Text = str | SkipJsonSchema[None]
Number = Annotated[int, Field(ge=1, le=NUMBER_MAX)] | SkipJsonSchema[None]
# None stands for a parameter that is left out; the document must not ask for a null.

NumberInPath = Annotated[int, Path(description="Its number.", ge=1, le=NUMBER_MAX)]
SkuInPath = Annotated[str, Path(description="The piece.", json_schema_extra=_SKU)]
SkuWanted = Annotated[Text, Query(description="Only this piece's.", json_schema_extra=_SKU)]
AfterSku = Annotated[
    Text,
    Query(description="The last SKU of the page before; unset: the first.", json_schema_extra=_SKU),
]
AfterOrder = Annotated[
    Text,
    Query(
        description="The last order of the page before, as its `shop/order`; unset: the first.",
        examples=["etsy:61234567/3412345678"],
    ),
]
ShopWanted = Annotated[Text, Query(description="Only this shop's.", examples=["etsy:61234567"])]
AfterNumber = Annotated[
    Number,
    Query(description="The last `id` of the page before; unset: the first."),
]
Days = Annotated[
    int,
    Query(
        ge=1,
        le=DAYS_MAX,
        description="From so many days until now, as far as PEG knows what it wrote to the shops.",
    ),
]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX, description="How many, at most.")]
At = Annotated[
    Text,
    Query(
        description=f"A moment with its timezone, from {YEAR_MIN} to {YEAR_MAX}; unset: now.",
        json_schema_extra={"format": "date-time", "pattern": "^(19[7-9][0-9]|2[0-9]{3})-"},
    ),
]


def moment_of(text: str) -> datetime:
    """A moment as a program writes it.

    Raises:
        BadMoment: it is none.
        NoTimezone: nobody knows when that was.
    """
    moment = parse_moment(text)
    if moment.tzinfo is None:
        raise NoTimezone(f"{quoted(text)} was when? Write its zone, as in 2026-11-23T14:03:00Z")
    return moment


async def only_known(request: Request) -> None:
    """Refuse what a route does not know, and what is said twice: half of it would be lost.

    Raises:
        UnknownParameter: a slip, or a parameter of another route.
        RepeatedParameter: one was given more than once.
    """
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in known:
            raise UnknownParameter(f"{quoted(name)} is no parameter here{_known(name, known)}")
        if given.count(name) > 1:
            raise RepeatedParameter(f"{name} is given {given.count(name)} times: give it once")


def _known(name: str, known: Iterable[str]) -> str:
    there_are = ", ".join(sorted(known)) or "none"
    return f"{did_you_mean(name, known)}: there are {there_are}"
