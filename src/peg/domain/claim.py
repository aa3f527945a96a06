"""The orders that want the same pieces, and which of them should get them by a policy. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from peg.domain.identity import Channel, ShopId
from peg.domain.money import Money


class Policy(StrEnum):
    """By what PEG proposes who gets a piece that was sold twice."""

    EARLIEST_PAID = "earliest_paid"
    MARGIN = "margin"
    CUSTOMER_VALUE = "customer_value"
    ASK = "ask"


class Stands(StrEnum):
    """How an order stands to the pieces of a case."""

    WAITS = "waits"
    HAS = "has"  # shipped, or handed over in person
    GAVE_UP = "gave_up"  # cancelled or refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Units of one line that can leave an order by themselves: nothing of the line was sent.

    Attributes:
        pieces_each: of the item that the claim is on; a unit of the line takes nothing else.
        price: of one unit; None where the book does not know.
    """

    line: str
    units: int
    pieces_each: int
    price: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One order's claim on pieces of an item; `shop` is `counter` for one sold in person.

    Attributes:
        waiting: its pieces that were not shipped yet.
        pays: for the pieces; None where the book does not know.
        whole: what the whole order comes to, as far as its lines tell.
        takes_more: it takes other pieces as well.
        sent_some: some of its pieces were shipped, and others wait.
        parts: what of it can be given up without the rest.
    """

    shop: ShopId
    order: str
    name: str
    created_at: datetime
    heard_at: datetime | None
    paid: bool
    stands: Stands
    waiting: int
    pays: Money | None = None
    whole: Money | None = None
    takes_more: bool = False
    sent_some: bool = False
    parts: Sequence[Part] = ()

    @property
    def channel(self) -> Channel | None:
        """The marketplace it was placed on; None for one in person."""
        kind = self.shop.partition(":")[0]
        return Channel(kind) if kind in set(Channel) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Who should get the pieces: `lose` is empty where nobody has to, or a person must say.

    `missing`: pieces that those who wait lack.
    """

    keep: Sequence[Claim] = ()
    lose: Sequence[Claim] = ()
    why: str
    missing: int = 0

    @property
    def is_enough(self) -> bool:
        """Whether those who are kept have their pieces if the others lose."""
        return sum(one.waiting for one in self.lose) >= self.missing


Fees = Mapping[Channel, Decimal]
"""What a marketplace keeps of a sale, in percent, as far as the jeweller has told."""


ENOUGH = "there are enough pieces for all of them"
UNTOLD = (
    "none of these has to lose: what takes the piece is an order that its shop has not told of yet;"
    " wait for that"
)


def propose(
    claims: Sequence[Claim],
    *,
    oversold: int,
    on_hand: int,
    policy: Policy,
    kept: Sequence[Claim] = (),
    fees: Fees | None = None,
    holds: Sequence[str] = (),
) -> Proposal:
    """Who gets the pieces, and who has to be told that there is none left.

    What was shipped or handed over is gone: only orders that wait can lose. As many lose as it
    takes for the rest to have their pieces, those last in the policy's order first. Of two that are
    equal by it, nobody loses by accident: a person says which.

    Args:
        claims: all of a case.
        oversold: pieces that are missing in all.
        on_hand: pieces that are there, for those who wait. An order that its shop has not told of
            yet, and a hold, take pieces as well: for them no order has to lose.
        policy: in which order the claims come.
        kept: those that a person has decided to serve, whatever the policy says.
        fees: what each marketplace keeps of a sale.
        holds: what those are called that keep pieces of it.
    """
    has = [one for one in claims if one.stands is Stands.HAS]
    waiting = [one for one in claims if one.stands is Stands.WAITS]
    missing = min(oversold, sum(one.waiting for one in waiting) - on_hand)
    if missing <= 0:
        return Proposal(keep=[*has, *waiting], why=_elsewhere(holds) if oversold else ENOUGH)
    free = [one for one in waiting if one not in kept]
    if sum(one.waiting for one in free) <= missing:  # whatever the policy: all of them lose
        why = "you said so" if kept else "there is no piece left for any of these"
        return Proposal(keep=[*has, *kept], lose=free, why=why, missing=missing)
    groups, why = _ranked(free, policy, fees or {})
    lose: list[Claim] = []
    for equals in reversed(groups):
        lacking = missing - sum(one.waiting for one in lose)
        if lacking > 0 and _one_may_stay(equals, lacking):
            return Proposal(why=_nobody_was_first(equals), missing=missing)
        lose = [*equals, *lose] if lacking > 0 else lose
    keep = [one for one in (*has, *waiting) if one not in lose] if groups else []
    return Proposal(keep=keep, lose=lose, why=why, missing=missing)


def _elsewhere(holds: Sequence[str]) -> str:
    if not holds:
        return UNTOLD
    keep = "keeps" if len(holds) == 1 else "keep"
    return f"none of these has to lose to another: {' and '.join(holds)} {keep} what is missing"


def _one_may_stay(equals: Sequence[Claim], lacking: int) -> bool:
    """Whether some of these have to lose, and it is all the same to the policy which."""
    waiting = [one.waiting for one in equals]
    return len(equals) > 1 and sum(waiting) - min(waiting) >= lacking


def _names(equals: Sequence[Claim]) -> str:
    return " and ".join(one.name for one in equals)


def _nobody_was_first(equals: Sequence[Claim]) -> str:
    return (
        f"{_names(equals)} were placed in the same second, and nobody knows which came first: you"
        " say which gets the piece"
    )


def _ranked(
    claims: Sequence[Claim], policy: Policy, fees: Fees
) -> tuple[Sequence[Sequence[Claim]], str]:
    """The claims by a policy, the best first and equal ones together, and the reason.

    None, where a person must say.
    """
    if policy is Policy.ASK:
        return [], "you want to be asked: name the order to keep"
    if policy is Policy.EARLIEST_PAID:
        earliest = _grouped(claims, lambda one: (0, *_when(one)))
        return earliest, _is_earliest(earliest[0])
    values = {one: _value(one, policy, fees) for one in claims}
    known = {one: value for one, value in values.items() if value is not None}
    if len(known) < len(values) or len({value.currency for value in known.values()}) != 1:
        return [], "what the orders pay cannot be compared: name the order to keep"
    best = _grouped(claims, lambda one: (-known[one].minor, *_when(one)))
    most = known[best[0][0]]
    what = _BEST[policy][len(best[0]) > 1]
    return best, f"{_names(best[0])} {what}, {most}{_less_fees(policy, fees)}"


_BEST = {
    Policy.MARGIN: ("brings in most", "bring in most"),
    Policy.CUSTOMER_VALUE: ("is of the largest order", "are of the largest orders"),
}
"""What one order does by a policy, and what several do."""


def _is_earliest(equals: Sequence[Claim]) -> str:
    are = "is" if len(equals) == 1 else "are"
    paid = f" that {are} paid" if equals[0].paid else "; none is paid yet"
    return f"{_names(equals)} {are} the earliest{paid}"


def _when(claim: Claim) -> tuple[bool, datetime]:
    """Paid ones first. Shops tell whole seconds: which of two came first in one, nobody knows."""
    return not claim.paid, claim.created_at.replace(microsecond=0)


def _grouped(
    claims: Sequence[Claim], rank: Callable[[Claim], tuple[int, bool, datetime]]
) -> Sequence[Sequence[Claim]]:
    ordered = sorted(claims, key=lambda one: (*rank(one), one.order))
    return [list(equals) for _, equals in groupby(ordered, key=rank)]


def _value(claim: Claim, policy: Policy, fees: Fees) -> Money | None:
    """What the policy weighs.

    The piece has cost the same, whoever gets it: of the margin only its price counts, less what the
    marketplace keeps of that.
    """
    if policy is Policy.CUSTOMER_VALUE or claim.pays is None:
        return claim.whole if policy is Policy.CUSTOMER_VALUE else None
    percent = fees.get(claim.channel, Decimal(0)) if claim.channel else Decimal(0)
    fee = int((Decimal(claim.pays.minor) * percent / 100).to_integral_value())
    return Money(claim.pays.minor - fee, claim.pays.currency)


def _less_fees(policy: Policy, fees: Fees) -> str:
    if policy is not Policy.MARGIN:
        return ""
    return " after fees" if fees else " before fees, which PEG does not know"
