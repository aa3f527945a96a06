"""Mistakes of whoever takes in what the owner says: they show only where she says something."""

from collections.abc import Sequence

from tests.simulation.sabotages.kinds import CALM, OVERSELLS, Sabotage
from tests.support.spoilt_source import Edit

SABOTAGES: Sequence[Sabotage] = (
    Sabotage(
        name="write through a pause",
        like="a kill switch that is asked once a day",
        edits=[
            Edit(
                "propagation/pauses.py",
                "    found = await pause_of(session, shop)\n",
                "    found = None\n",
            )
        ],
        breaks=frozenset({"I7"}),
        seed=1,
        amid=CALM,
        chores_per_hour=30.0,
    ),
    Sabotage(
        name="a hold is a note",
        like="a hold that keeps a piece for somebody, and tells no shop of it",
        edits=[
            Edit(
                "domain/stock.py",
                "return self.on_hand - self.committed - self.reserved",
                "return self.on_hand - self.committed",
            )
        ],
        breaks=frozenset({"I4"}),
        seed=1,
        amid=CALM,
        chores_per_hour=30.0,
    ),
    Sabotage(
        name="a hold never ends",
        like="a deadline that nobody looks at",
        edits=[
            Edit(
                "ledger/reservations.py",
                "holds.c.ended_at.is_(None), holds.c.until <= now)",
                "holds.c.ended_at.is_(None), holds.c.until < holds.c.opened_at)",
            )
        ],
        breaks=frozenset({"I4"}),
        seed=1,
        amid=CALM,
        chores_per_hour=30.0,
    ),
    Sabotage(
        name="handed over in silence",
        like="a till that counts, and a case that nobody opens for who bought it online",
        edits=[
            Edit(
                "ledger/cases.py",
                "if case is None and oversold:",
                "if case is None and oversold > 9:",
            )
        ],
        breaks=frozenset({"I5"}),
        seed=1,
        amid=CALM,
        chores_per_hour=30.0,
    ),
    Sabotage(
        name="answer counts a returned piece again",
        like="a question whose figures stand as they were asked, while an order is cancelled",
        edits=[
            Edit(
                "ledger/pieces_asked.py",
                "    if disputed is None:\n        return\n    net",
                "    if disputed is None or pieces:\n        return\n    net",
            )
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=CALM,
        chores_per_hour=30.0,
        returns=True,
    ),
    Sabotage(
        name="a till that takes nothing off",
        like="a sale in person that stands on the receipt alone",
        edits=[
            Edit(
                "ledger/counter.py",
                "return (await post(session, [*postings, *explained], now=now))[sku]",
                "return (await lock(session, [sku]))[sku]",
            )
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=CALM,
        chores_per_hour=30.0,
    ),
    Sabotage(
        name="received twice",
        like="goods that are booked as they are ordered, and again as they come",
        edits=[
            Edit(
                "ledger/counter.py",
                "_posting(sku, pieces, place, cause=Cause.RECEIVED",
                "_posting(sku, 2 * pieces, place, cause=Cause.RECEIVED",
            )
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=CALM,
        chores_per_hour=30.0,
    ),
    Sabotage(
        name="a count is added",
        like="a stock-take that is booked as a delivery",
        edits=[
            Edit(
                "ledger/counter.py",
                "difference = counted + sent - lies.get(place, 0)",
                "difference = counted + sent",
            )
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=CALM,
        chores_per_hour=30.0,
    ),
)
