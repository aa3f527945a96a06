"""A message to the buyer who does not get the piece: a draft of what is known and no more. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from peg.domain.claim import Claim
from peg.domain.money import Money
from peg.reads.substitutes import Substitute

NEARLY_AT_ONCE_S = 600.0
"""Within ten minutes a person would call it "at nearly the same time"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loses:
    """An order that does not get the piece; `keeps_the_rest`: its buyer gets what else it has."""

    claim: Claim
    pays_back: Money | None
    keeps_the_rest: bool


def message(
    loser: Loses,
    piece: str,
    *,
    others: Sequence[datetime],
    instead: Sequence[Substitute],
) -> str:
    """What may be written to one buyer.

    Args:
        loser: their order.
        piece: what it is called.
        others: when those ordered who get it.
        instead: what could be offered; nothing is promised of it.
    """
    claim = loser.claim
    day = claim.created_at.astimezone()
    lines = [
        "Hello,",
        "",
        f"thank you for your order {claim.name} of {day.day} {day:%B %Y}.",
        f"I am sorry that I cannot send you {piece}: {_what_happened(claim, others)}.",
        _money(loser),
        *_offered(instead),
        "",
        "I apologise for the disappointment.",
    ]
    return "\n".join(lines)


def _offered(instead: Sequence[Substitute]) -> Iterator[str]:
    if instead:
        yield ""
        yield "If you like, one of these may please you instead:"
        yield from (f"- {one.title}, {one.price} ({'; '.join(one.differs)})" for one in instead)
        yield "Tell me if I should keep one for you."


def _what_happened(loser: Claim, others: Sequence[datetime]) -> str:
    apart = min((abs((at - loser.created_at).total_seconds()) for at in others), default=None)
    if apart is None or apart > NEARLY_AT_ONCE_S:
        return "it was sold to another customer"
    return "another customer bought it at nearly the same time"


def _money(loser: Loses) -> str:
    if not loser.claim.paid and not loser.keeps_the_rest:
        return "I will cancel your order."
    if not loser.claim.paid:
        return "I will take it out of your order; the rest of that stays as it is."
    if loser.keeps_the_rest:
        paid = f", {loser.pays_back}" if loser.pays_back is not None else ""
        return f"You get back what you paid for it{paid}; the rest of your order stays as it is."
    return "I will cancel your order, and you get back all that you paid for it."
