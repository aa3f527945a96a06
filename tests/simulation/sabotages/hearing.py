"""Mistakes of whoever hears what the marketplaces say."""

from collections.abc import Sequence

from tests.concurrency.crashes.sabotage import ACKNOWLEDGES_FIRST
from tests.simulation.sabotages.kinds import CALM, OVERSELLS, Sabotage
from tests.support.spoilt_source import Edit

SABOTAGES: Sequence[Sabotage] = (
    Sabotage(
        name="acknowledge before storing",
        like="a connector that answers 200 and puts the webhook into a queue in memory",
        edits=[ACKNOWLEDGES_FIRST],
        breaks=frozenset({"I6"}),
        seed=3,
        amid=(("the disk fails", 1.0),),
    ),
    Sabotage(
        name="skip the receipts poll",
        like="trust in webhooks alone",
        edits=[
            Edit(
                "intake/polling.py",
                "        await self._whole.join(shop)",
                '        if not shop.startswith("etsy"):\n            await self._whole.join(shop)',
            ),
        ],
        breaks=frozenset({"I2", "I4", "I5"}),
        seed=1,
        amid=(("webhooks lost", 1.0),),
    ),
    Sabotage(
        name="ignore cancelled receipts",
        like="a poll that leaves the filter was_canceled at its default",
        edits=[
            Edit(
                "marketplaces/etsy/rounds.py",
                'again: tuple[Walk, ...] = ("recent", "cancelled") if reach_s else ("cancelled",)',
                'again: tuple[Walk, ...] = ("recent",) if reach_s else ()',
            ),
            Edit(
                "intake/acceptor.py",
                "LEFT_TO_THE_POLL = frozenset({",
                'LEFT_TO_THE_POLL = frozenset({"order.canceled", ',
            ),
        ],
        breaks=frozenset({"I2"}),
        seed=1,
        amid=CALM,
    ),
    Sabotage(
        name="echo filter by time",
        like="whatever a shop shows within an hour of a write of ours is taken for our own doing",
        edits=[
            Edit(
                "intake/desk.py",
                "        match judgement.meaning:\n            case Meaning.ECHO:",
                "        ours = row.written_at is not None\n"
                "        if ours and self.now - row.written_at < timedelta(hours=1):\n"
                "            judgement = Judgement(meaning=Meaning.SOLD)\n"
                "        match judgement.meaning:\n            case Meaning.ECHO:",
            )
        ],
        breaks=frozenset({"I2", "I4", "I5"}),
        seed=1,
        amid=CALM,
    ),
    Sabotage(
        name="forget what is missing",
        like="the newest figure of a marketplace simply becomes the known one",
        edits=[
            Edit(
                "intake/missing.py",
                "            await self._suspend(place, unheard, row)",
                "            pass",
            )
        ],
        breaks=frozenset({"I2", "I4", "I5"}),
        seed=1,
        amid=CALM,
    ),
    Sabotage(
        name="believe a ghost",
        like="a sold listing that somebody put back is taken for stock",
        edits=[
            Edit(
                "intake/shelf_seen.py",
                "from peg.intake.doubts import Doubts\n",
                "from peg.intake.doubts import Doubts\nfrom peg.intake.edits import Edits\n",
            ),
            Edit(
                "intake/shelf_seen.py",
                "            await self.doubts.ghost()",
                "            await mirror.note_shelf(self.session, self.offer.id, Shelf.LISTED)\n"
                "            now = self.doubts.now\n"
                "            edits = Edits(session=self.session, offer=self.offer, now=now)\n"
                '            await edits.believe_more("", 1)',
            ),
        ],
        breaks=OVERSELLS,
        seed=1,
        amid=CALM,
    ),
)
