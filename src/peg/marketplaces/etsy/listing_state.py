"""One Etsy listing as read, a write planned on it, and what the check afterwards says: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from peg.domain.identity import OfferRef
from peg.domain.offer import ANYWHERE, Reading, Shelf
from peg.marketplaces.etsy import replacement
from peg.marketplaces.etsy.answers import Json
from peg.marketplaces.etsy.translate import shelf_of
from peg.marketplaces.port import Result, Shown

ONE_FIGURE = (
    "Etsy takes one quantity for several products of this listing: {shown}. Give each product a SKU"
    " of its own on Etsy, and switch on that quantities differ"
)

COSTS_A_FEE = frozenset({"sold_out", "expired", "draft"})
"""States that a listing leaves for `active` only by paying."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One listing as just read."""

    listing: str
    state: str
    inventory: Json
    readings: Mapping[OfferRef, Reading]

    @property
    def shelf(self) -> Shelf:
        """Whether buyers can find it."""
        return shelf_of(self.state)

    @property
    def on_sale(self) -> bool:
        """Whether anybody could buy anything of it now."""
        return any(any(reading.shown().values()) for reading in self.readings.values())

    @property
    def figures(self) -> dict[OfferRef, int]:
        """Sellable pieces of each offer, were the listing on sale."""
        return {
            ref: 0 if one.shelf is Shelf.SWITCHED_OFF else one.parts[ANYWHERE].available
            for ref, one in self.readings.items()
        }

    @property
    def read_at(self) -> datetime:
        """When it was asked for: what was sold since then is not in it."""
        return min(reading.begun_at for reading in self.readings.values())

    def before_image(self) -> dict[str, Any]:
        """What is kept before a write."""
        return {"listing": self.listing, "state": self.state, "inventory": dict(self.inventory)}

    def all(self, shown: Shown, sentence: str) -> list[Result]:
        """The same result for every offer of the listing."""
        return [
            Result(ref=ref, place=ANYWHERE, shown=shown, sentence=sentence, verified=reading)
            for ref, reading in self.readings.items()
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A write decided upon.

    Attributes:
        before: the listing it was decided on.
        wanted: what each offer is to show.
        set_to: the same, as far as Etsy can show it, by product key.
        body: the proved bytes to send; None when the quantities are right already.
        shelf: where the listing stands when the write is done.
        unanswered: it was sent, and no answer came: it may have been applied.
    """

    before: View
    wanted: Mapping[OfferRef, int]
    set_to: Mapping[str, int]
    body: bytes | None
    shelf: Shelf
    unanswered: bool = False

    def activating(self) -> "Plan":
        """The same listing, to be put on sale as well."""
        return replace(self, shelf=Shelf.LISTED)

    def left_unanswered(self) -> "Plan":
        """The same, after its answer was lost."""
        return replace(self, unanswered=True)


def plan(view: View, wanted: Mapping[OfferRef, int]) -> Plan:
    """The write that makes each offer of `wanted` show its figure.

    Raises:
        ValueError: an offer that the listing does not have.
        UnexpectedAnswer: the listing cannot be written without harm.
    """
    if strangers := wanted.keys() - view.readings.keys():
        raise ValueError(f"not of listing {view.listing}: {sorted(strangers)}")
    asked = {ref.variant: quantity for ref, quantity in wanted.items()}
    set_to = replacement.settled(view.inventory, asked)
    now = replacement.quantities(view.inventory)
    changes = any(now[one] != quantity for one, quantity in set_to.items())
    body = replacement.replacement(view.inventory, set_to) if changes else None
    return Plan(before=view, wanted=wanted, set_to=set_to, body=body, shelf=view.shelf)


def leaves_nothing(view: View, wanted: Mapping[OfferRef, int]) -> bool:
    """Whether no piece would be left to sell: Etsy refuses such an inventory."""
    set_to = replacement.settled(
        view.inventory, {ref.variant: figure for ref, figure in wanted.items()}
    )
    left = {**view.figures, **wanted}
    return not any(min(figure, set_to.get(ref.variant, figure)) for ref, figure in left.items())


def stays_off(view: View, wanted: Mapping[OfferRef, int], why: str) -> list[Result]:
    """Nothing was sent for a listing that is off sale, and of which nothing would be left."""
    results = []
    for one in view.all(Shown.ALREADY, why):
        if wanted.get(one.ref, 0) > 0:
            sentence = ONE_FIGURE.format(shown="one of them is sold out, so all stay off sale")
            results.append(replace(one, shown=Shown.REFUSED, sentence=sentence))
        else:
            results.append(one)
    return results


def judge(done: Plan, after: View) -> list[Result]:
    """What the listing, read again, says about a write."""
    return [_judge_one(done, after, ref) for ref in done.wanted]


def _judge_one(done: Plan, after: View, ref: OfferRef) -> Result:
    shown, sentence = _verdict(done, after, ref)
    return Result(
        ref=ref,
        place=ANYWHERE,
        shown=shown,
        sentence=sentence,
        verified=after.readings.get(ref),
        set_lower=shown is Shown.REFUSED and after.figures[ref] > 0,
    )


def _verdict(done: Plan, after: View, ref: OfferRef) -> tuple[Shown, str]:
    figure, former = after.figures.get(ref), done.before.figures[ref]
    moved = done.before.shelf is not done.shelf
    if figure is None:
        return Shown.STALE, "the listing was changed: it has no such product any more"
    if after.shelf is not done.shelf:
        doubt = (
            Shown.UNKNOWN if done.unanswered or after.shelf is done.before.shelf else Shown.STALE
        )
        return doubt, f"the listing is {after.state} now"
    if figure == done.wanted[ref]:
        return (Shown.SENT, "") if moved or figure != former else (Shown.ALREADY, "")
    if replacement.quantities(after.inventory)[ref.variant] == done.set_to[ref.variant]:
        return Shown.REFUSED, _why_not(figure)
    if done.unanswered or figure == former:
        return Shown.UNKNOWN, f"Etsy still shows {figure}"
    return Shown.STALE, f"Etsy shows {figure}: something else changed it meanwhile"


def _why_not(figure: int) -> str:
    if figure:
        return ONE_FIGURE.format(shown=f"the lowest, {figure}, was set")
    return "this product is switched off in the listing, so nobody can buy it"
