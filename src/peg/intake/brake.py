"""Very many offers of a shop change at once: nothing of it is believed, and a person is asked.

One by one, changes that nothing explains are taken in as people's edits. A tool that has gone
wrong, or a fault, changes a whole shop within minutes: then what was taken in of it is taken back,
and all is held until somebody has said what it was. Sales are no part of it: they come with their
orders.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.bus.outbox import stage
from peg.catalog import mirror, offers
from peg.catalog.offers import Offer
from peg.domain.identity import ShopId
from peg.domain.messages import Alert, OfferDrifted
from peg.intake import checks, surprises
from peg.intake.edits import Edits
from peg.intake.extent import sentence_of
from peg.intake.many import Many
from peg.intake.surprises import Done, Surprise, What
from peg.ledger import questions

MANY_CHANGED = "many_changed"
"""The kind of the question; its alarm has the same name."""

BELIEVE, PUT_BACK, WAIT = "believe", "put_back", "wait"


class Brake:
    """Watches how much of one batch of readings nothing explains, and what came shortly before."""

    def __init__(self, session: AsyncSession, many: Many, now: datetime) -> None:
        self._session = session
        self._many = many
        self._now = now
        self._moved: set[ShopId] = set()

    async def stops(
        self, offer: Offer, what: What, place: str = "", *, pieces: int = 0, base: int, done: Done
    ) -> bool:
        """Ask before acting on a surprise, with what is about to be `done`: True forbids it."""
        one = Surprise(
            offer=offer.id,
            place=place,
            what=what,
            shop=offer.ref.shop,
            pieces=pieces,
            base=base,
            done=done,
            met_at=self._now,
        )
        if await is_on(self._session, one.shop):
            await self._hold(one)
            return True
        await surprises.note(self._session, await self._added(one))
        if not await self._are_many(one.shop):
            return False
        await self._pull(one)
        return True

    def changed_back(self, one: Surprise) -> None:
        """It is forgotten: it shows what it did before."""
        if one.done is Done.HELD:
            self._moved.add(one.shop)

    async def tell(self) -> None:
        """At the end of the batch: an open question names what is held by now, or falls away."""
        for shop in sorted(self._moved):
            if await surprises.of_shop(self._session, shop):
                await _ask(self._session, shop, now=self._now)
            else:
                await questions.withdraw(self._session, MANY_CHANGED, shop, now=self._now)

    async def _are_many(self, shop: ShopId) -> bool:
        since = self._now - self._many.within()
        met = {one.offer for one in await surprises.met_since(self._session, shop, since)}
        if len(met) < self._many.offers_min:
            return False
        return self._many.are_many(len(met), of=await offers.count(self._session, shop))

    async def _pull(self, last: Surprise) -> None:
        """Take back what was concluded from those before; of the `last` nothing was yet."""
        met = await surprises.of_shop(self._session, last.shop)
        known = await offers.by_ids(self._session, [one.offer for one in met])
        for one in met:
            if (one.offer, one.place, one.what) != (last.offer, last.place, last.what):
                edits = Edits(session=self._session, offer=known[one.offer], now=self._now)
                await edits.take_back(one)
            if one.done is not Done.SEEN:
                await surprises.note(self._session, replace(one, done=Done.HELD))
        sentence = await _ask(self._session, last.shop, now=self._now)
        alert = Alert(name="many_changed", subject=last.shop, sentence=sentence)
        await tell(self._session, alert, now=self._now)

    async def _hold(self, one: Surprise) -> None:
        done = one.done if one.done is Done.SEEN else Done.HELD
        await surprises.note(self._session, await self._added(replace(one, done=done)))
        self._moved.add(one.shop)

    async def _added(self, one: Surprise) -> Surprise:
        """A further change of what was changed before counts from where that began."""
        before = await surprises.known(self._session, one)
        if before is None:
            return one
        if before.done is Done.SEEN:
            return _seen_again(before, one)
        return replace(one, pieces=before.pieces + one.pieces, base=before.base)


def _seen_again(before: Surprise, one: Surprise) -> Surprise:
    """What is shown now, of which some may be known by now: as much and as early as ever seen."""
    pieces = max(before.pieces, one.pieces)
    base = one.base + one.pieces - pieces
    return replace(one, pieces=pieces, base=base, met_at=before.met_at)


async def is_on(session: AsyncSession, shop: ShopId) -> bool:
    """Whether a person is being asked about the shop."""
    return shop in await shops_on(session)


async def shops_on(session: AsyncSession) -> frozenset[ShopId]:
    """Shops of which nothing new is believed now, and whose items are raised nowhere."""
    asked = await questions.open_questions(session, MANY_CHANGED)
    return frozenset(ShopId(one.subject) for one in asked)


async def believe(session: AsyncSession, shop: ShopId, *, now: datetime) -> Sequence[Offer]:
    """It was meant: the book follows the shop. Returns the offers that this concerns."""
    held = await _held(session, shop, now=now)
    for one, offer in held:
        await Edits(session=session, offer=offer, now=now).believe(one)
        await _release(session, one, offer, now=now)
    return [offer for _, offer in held]


async def put_back(session: AsyncSession, shop: ShopId, *, now: datetime) -> Sequence[Offer]:
    """It was not meant: the shop follows the book again, with proof where that is a raise.

    Deleted listings cannot be put back: each is read by itself, and what that shows is believed.

    Returns the offers that this concerns.
    """
    held = await _held(session, shop, now=now)
    for one, offer in held:
        if one.what is What.GONE:
            await checks.read_again(session, offer.id, due_at=now, why=checks.SAID_DELETED)
        await _release(session, one, offer, now=now)
    return [offer for _, offer in held]


async def _held(
    session: AsyncSession, shop: ShopId, *, now: datetime
) -> Sequence[tuple[Surprise, Offer]]:
    """All that is held, what was seen only once included."""
    met = await surprises.of_shop(session, shop)
    known = await offers.by_ids(session, [one.offer for one in met])
    for one in met:
        if one.done is Done.SEEN:
            shown = one.base + one.pieces
            await mirror.note_seen(session, one.offer, one.place, shown)
            await checks.read_again(session, one.offer, due_at=now, why="answered for")
    return [(one, known[one.offer]) for one in met if one.done in {Done.SEEN, Done.HELD}]


async def _release(session: AsyncSession, one: Surprise, offer: Offer, *, now: datetime) -> None:
    await surprises.forget(session, one)
    await stage(session, OfferDrifted(shop=offer.ref.shop, offer=offer.id), now=now)


async def _ask(session: AsyncSession, shop: ShopId, *, now: datetime) -> str:
    met = await surprises.of_shop(session, shop)
    known = await offers.by_ids(session, [one.offer for one in met])
    sentence, evidence = sentence_of(shop, met, known, of=await offers.count(session, shop))
    await questions.ask(
        session,
        kind=MANY_CHANGED,
        subject=shop,
        sentence=sentence,
        evidence=evidence,
        options=(BELIEVE, PUT_BACK),
        default=WAIT,
        now=now,
    )
    await questions.reword(session, MANY_CHANGED, shop, sentence, evidence)
    return sentence
