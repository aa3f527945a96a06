"""Take a part of an order out of it and pay for that, once, whatever happens on the way.

What the shop is asked, and the key of that, stand in the book before it is sent. A command that
ends half way is typed again: the order is read first, and if nothing left it, the very same is
asked again with its key. A new key, with what is to be paid reckoned anew, comes only after an
answer that says no, or a day, in which Shopify forgets a key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from peg.db.engine import Database
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.domain.money import Money
from peg.domain.order import OrderSnapshot
from peg.ledger import cancellations
from peg.ledger.cancellations import Cancellation
from peg.marketplaces.port import Shown
from peg.marketplaces.writers import Asked, OrderCanceller, Payment
from peg.propagation.attempts import new_key
from peg.propagation.pauses import go_on

KEY_LIVES = timedelta(hours=23)
"""Shopify keeps a key for a day."""

STILL_RUNS = timedelta(minutes=1)
"""So long a request of before may still be worked on, and a refusal be of its key alone."""

ASKED_A_MOMENT_AGO = "; it was asked a moment ago, too: type it again in a minute"


SENT_MEANWHILE = (
    "nothing was asked: of that line something was sent, or taken out, since it was decided; see"
    " the order in the shop's admin"
)


class PartTaker:
    """Asks shops for the parts that a person gave up."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        shops: Mapping[ShopId, OrderCanceller],
        *,
        rng: Random,
    ) -> None:
        self._database = database
        self._clock = clock
        self._shops = shops
        self._rng = rng

    async def ask(self, one: Cancellation) -> Asked:
        """Ask for what was decided, as it was asked before if it was.

        Raises:
            Paused: writes to its shop are stopped; nothing was sent.
            MarketplaceError: its shop could not be asked.
        """
        now = self._clock.now()
        fresh = None if _lives(one.attempt, now) else await self._attempt(one, now)
        async with begin(self._database) as session:
            await go_on(session, one.shop)
            known = await cancellations.as_it_is(session, one)  # another command may be at it too
            if known.ended_at is not None:
                return Asked(shown=Shown.ALREADY)
            attempt = known.attempt if _lives(known.attempt, now) else fresh
            if attempt is None:  # refused meanwhile, to another command
                return Asked(shown=Shown.UNKNOWN, sentence=known.outcome)
            before = known.sent_at if attempt is known.attempt else None
            await cancellations.sending(session, one, attempt=attempt, now=now)
        asked = await self._shops[one.shop].take_out(
            one.order_id,
            one.units,
            _payments(attempt),
            note=note_of(one),
            key=attempt["key"],
        )
        if asked.shown is not Shown.REFUSED:
            return asked
        if before is not None and now - before < STILL_RUNS:
            return replace(asked, sentence=asked.sentence + ASKED_A_MOMENT_AGO)
        async with begin(self._database) as session:
            await cancellations.change(session, one.id, attempt=None)
        return asked

    async def _attempt(self, one: Cancellation, now: datetime) -> Mapping[str, Any]:
        payments = await self._shops[one.shop].payments_for(one.order_id, one.units)
        return {
            "key": new_key(self._rng),
            "made_at": now.isoformat(),
            "payments": [
                {
                    "parent": payment.parent,
                    "gateway": payment.gateway,
                    "minor": payment.amount.minor,
                    "currency": payment.amount.currency,
                }
                for payment in payments
            ],
        }


def note_of(one: Cancellation) -> str:
    """What the shop's own history of the order will say; no other refund of it says the same."""
    what = "taken out" if one.units else "cancelled"
    number = f", {one.id}" if one.units else ""
    return f"{one.sku} was sold twice; {what} with PEG by {one.who} (case {one.case}{number})"


def sent_meanwhile(one: Cancellation, order: OrderSnapshot) -> str:
    """Why units that were to leave an order cannot be asked for any more; empty: they can.

    Of a line that was sent in part Shopify would take what was sent, and pay that back.
    """
    lines = {line.line: line for line in order.lines}
    for number, units in one.units.items():
        line = lines.get(number)
        if line is None or line.shipped or line.committed < units:
            return SENT_MEANWHILE
    return ""


def _lives(attempt: Mapping[str, Any] | None, now: datetime) -> bool:
    """Whether the shop still knows the key of an attempt."""
    return attempt is not None and now - datetime.fromisoformat(attempt["made_at"]) < KEY_LIVES


def _payments(attempt: Mapping[str, Any]) -> Sequence[Payment]:
    return [
        Payment(
            parent=row["parent"],
            gateway=row["gateway"],
            amount=Money(row["minor"], row["currency"]),
        )
        for row in attempt["payments"]
    ]
