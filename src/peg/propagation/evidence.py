"""What a raise stands on, leg by leg: pure. A proof with a leg missing is none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peg.catalog.offers import Offer
from peg.domain.identity import OfferId, ShopId
from peg.intake.judgement import TakenIn

GOOD_FOR = timedelta(minutes=2)
"""Raises on Etsy wait for each other; one that had to wait for longer is proved anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """One offer of the same items, and what was seen of it.

    Attributes:
        needed_since: when the proof was begun; nothing from before counts.
        taken: its reading, judged; None where it could not be had.
        orders_at: every order of its shop from before then is in the book.
        doubted: very many offers of its shop changed at once, and a person is asked about that.
    """

    offer: Offer
    needed_since: datetime
    taken: TakenIn | None
    orders_at: datetime | None
    doubted: bool = False


Leg = Callable[[Witness], bool]
"""Whether a witness stands on it.

An offer that its shop does not count is a witness by its orders alone: no sale moves its figure, so
that a zero there is none, and a one neither. One that is counted and sold on at zero is a witness
like any other: each of its sales moves its figure, below zero too, so that the figure and the
orders together still tell of all that was sold until they were read. That it can sell once more
in the next minute is so of every offer that shows a piece. What no proof can mend is that it will
after the last piece is sold elsewhere; not to raise the others would stop her sales, and not that
one: a person is alarmed about it instead (`intake/sells_on.py`).
"""


def was_read(witness: Witness) -> bool:
    """Its channel answered, if it has a figure that tells."""
    return witness.taken is not None or not witness.offer.tracked


def was_read_for_this(witness: Witness) -> bool:
    """It was read after the proof was begun: an older look says nothing about now."""
    return witness.taken is None or witness.taken.begun_at >= witness.needed_since


def nothing_moved_meanwhile(witness: Witness) -> bool:
    """What is known of it did not change while it was read."""
    return witness.taken is None or not witness.taken.outdated


def is_explained(witness: Witness) -> bool:
    """The book explains what it shows."""
    taken = witness.taken
    return taken is None or taken.outdated or taken.explained


def orders_came_after(witness: Witness) -> bool:
    """What was sold there by the time it was read is in the book."""
    since = witness.needed_since if witness.taken is None else witness.taken.begun_at
    return witness.orders_at is not None and witness.orders_at >= since


def shop_is_believed(witness: Witness) -> bool:
    """What its shop shows is taken for what it is."""
    return not witness.doubted


LEGS: Sequence[Leg] = (
    was_read,
    was_read_for_this,
    nothing_moved_meanwhile,
    is_explained,
    orders_came_after,
    shop_is_believed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Why one offer may be raised, as it is kept beside the write.

    Attributes:
        begun_at: nothing in it is older.
        readings: when each offer of the same items was read.
        orders: up to when the orders of each of their shops are in the book.
    """

    begun_at: datetime
    readings: Mapping[OfferId, datetime]
    orders: Mapping[ShopId, datetime]

    def is_good(self, now: datetime) -> bool:
        """Whether a raise may still stand on it."""
        return now - self.begun_at <= GOOD_FOR

    def facts(self) -> dict[str, Any]:
        """For the database."""
        return {
            "begun_at": self.begun_at.isoformat(),
            "readings": {str(key): at.isoformat() for key, at in self.readings.items()},
            "orders": {shop: at.isoformat() for shop, at in self.orders.items()},
        }


KEPT_FOR = timedelta(minutes=1)
"""Between a proof that was still good and the write that stood on it, others may be in turn."""


def stands(kept: Mapping[str, Any] | None, offer: OfferId, *, begun_at: datetime) -> bool:
    """Whether what was kept beside a write that was `begun_at` then proves a raise of an offer."""
    facts = (kept or {}).get(str(offer))
    if facts is None:
        return False
    since = datetime.fromisoformat(facts["begun_at"])
    told = [*facts["readings"].values(), *facts["orders"].values()]
    return (
        str(offer) in facts["readings"]
        and bool(facts["orders"])
        and all(datetime.fromisoformat(at) >= since for at in told)
        and timedelta(0) <= begun_at - since <= GOOD_FOR + KEPT_FOR
    )


def proofs(
    wanted: Sequence[Offer], witnesses: Sequence[Witness], legs: Sequence[Leg] = LEGS
) -> Mapping[OfferId, Proof]:
    """The proof of each offer whose every witness stands on every leg; the others have none."""
    found = {}
    for offer in wanted:
        skus = {part.sku for part in offer.components}
        its = [one for one in witnesses if skus & {part.sku for part in one.offer.components}]
        if its and all(leg(witness) for witness in its for leg in legs):
            found[offer.id] = _proof(its)
    return found


def _proof(witnesses: Sequence[Witness]) -> Proof:
    return Proof(
        begun_at=min(one.needed_since for one in witnesses),
        readings={one.offer.id: one.taken.begun_at for one in witnesses if one.taken is not None},
        orders={
            one.offer.ref.shop: one.orders_at for one in witnesses if one.orders_at is not None
        },
    )
