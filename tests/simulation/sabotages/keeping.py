"""Mistakes of whoever keeps the book."""

from collections.abc import Sequence

from tests.simulation.sabotages.kinds import CALM, OVERSELLS, Sabotage
from tests.support.spoilt_source import Edit

SABOTAGES: Sequence[Sabotage] = (
    Sabotage(
        name="no dedupe",
        like="an order that is told of again is posted again",
        edits=[
            Edit(
                "ledger/line_effects.py",
                "was, now = before.get((sku, location)),",
                "was, now = None,",
            )
        ],
        breaks=frozenset({"I1", "I2"}),
        seed=1,
        amid=CALM,
    ),
    Sabotage(
        name="delta instead of snapshot",
        like="a cancellation that gives its pieces back, whether or not its sale was heard of",
        edits=[
            Edit(
                "ledger/line_effects.py",
                "        if on_hand or committed:\n",
                "        if was is None and now:\n"
                "            on_hand += now.restocked\n"
                "        if on_hand or committed:\n",
            )
        ],
        breaks=OVERSELLS,
        seed=4,
        amid=(("webhooks lost", 1.0),),
    ),
    Sabotage(
        name="drop the outbox row",
        like="a message that is sent and not kept, and the process ends",
        edits=[
            Edit(
                "bus/outbox.py",
                "    if rows:\n",
                '    if rows and messages[0].topic != "inventory.updated":\n',
            )
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=CALM,
    ),
    Sabotage(
        name="forget one component",
        like="a set whose second piece was sold alone",
        edits=[
            Edit(
                "propagation/retarget.py",
                "            for component in offer.components\n        ]",
                "            for component in offer.components[:1]\n        ]",
            )
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=CALM,
    ),
    Sabotage(
        name="open no case",
        like="stock that is cut off at zero, so that nobody learns of the second buyer",
        edits=[Edit("ledger/cases.py", "if case is None and oversold:", "if False:")],
        breaks=frozenset({"I1"}),
        seed=1,
        amid=CALM,
    ),
    Sabotage(
        name="what was sold is still there",
        like="stock that goes down when a parcel leaves, not when its buyer pays",
        edits=[
            Edit(
                "domain/stock.py",
                "return self.on_hand - self.committed - self.reserved",
                "return self.on_hand - self.reserved",
            )
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=CALM,
    ),
)
