"""Have a shop stock a product where a person put pieces of it; what is shown there comes later.

It is stocked at none, so nothing is for sale by that: the pieces are a raise, with its proof.
"""

from collections.abc import Sequence
from random import Random

import structlog

from peg.alerts.register import tell_once
from peg.catalog import mirror, offers
from peg.catalog.offers import Offer
from peg.db.engine import Database
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.domain.identity import OfferId, ShopId
from peg.domain.messages import Alert
from peg.intake.looking import Lookout
from peg.marketplaces.port import MarketplaceError, Result, Shown
from peg.marketplaces.writers import PlaceStocker
from peg.propagation import activations, refusals
from peg.propagation.activations import Activation
from peg.propagation.attempts import new_key
from peg.propagation.forbidden import note_outcomes
from peg.propagation.pauses import stopped
from peg.propagation.unstocked import BY_HAND, unstocked

log = structlog.get_logger()

NOT_THERE = "accepted, and not stocked there"


class Stocker:
    """Has one shop stock what is wanted there."""

    def __init__(
        self,
        shop: ShopId,
        stocker: PlaceStocker,
        database: Database,
        clock: Clock,
        rng: Random,
        *,
        lookout: Lookout,
    ) -> None:
        self._shop = shop
        self._stocker = stocker
        self._database = database
        self._clock = clock
        self._rng = rng
        self._lookout = lookout

    async def stock_once(self) -> int:
        """Ask for what is due, each by itself; how many places that were."""
        due = await self._begin()
        for one, offer, key in due:
            await self._record(one, offer, await self._ask(one, offer, key))
        return len(due)

    async def _begin(self) -> Sequence[tuple[Activation, Offer, str]]:
        """What is due and still wanted, with the key that it is asked with, kept before."""
        async with begin(self._database) as session:
            due = await activations.due(session, self._shop, now=self._clock.now())
            if not due or await stopped(session, self._shop) is not None:
                return []
            known = await offers.by_ids(session, [one.offer for one in due])
            skus = {part.sku for offer in known.values() for part in offer.components}
            lacking = await unstocked(session, sorted(skus))
            wanted = {(one.offer.id, one.place.remote) for one in lacking}
            begun = []
            for one in due:
                if (one.offer, one.place) not in wanted:
                    await activations.done(session, one)
                    continue
                key = one.key or new_key(self._rng)
                await activations.begin(session, one, key)
                begun.append((one, known[one.offer], key))
        return begun

    async def _ask(self, one: Activation, offer: Offer, key: str) -> Result:
        """Ask, and see whether it is stocked there now: a refusal may mean that it was before."""
        try:
            result = await self._stocker.stock_at(offer.ref, one.place, key=key)
            if result.shown in {Shown.SENT, Shown.REFUSED}:
                await self._lookout.look([offer.id])
        except MarketplaceError as error:
            shown = refusals.came_to(error, tries=one.attempts + 1)
            return Result(ref=offer.ref, place=one.place, shown=shown, sentence=str(error))
        return result

    async def _record(self, one: Activation, offer: Offer, result: Result) -> None:
        async with begin(self._database) as session:
            now = self._clock.now()
            places = (await mirror.expected_of(session, [OfferId(one.offer)])).get(one.offer, {})
            if one.place in places:
                await activations.done(session, one)
            elif result.shown in {Shown.UNKNOWN, Shown.FAILED}:
                await activations.unheard(session, one, now=now)
            else:
                words = result.sentence or NOT_THERE
                await activations.refused(session, one, words, now=now)
                if result.shown is not Shown.FORBIDDEN:
                    await tell_once(session, _refusal(one, offer, words), now=now)
            await note_outcomes(session, self._shop, [result], now=now)
        log.info(
            "stock.place_opened" if one.place in places else "stock.place_not_opened",
            offer=offer.id,
            shop=self._shop,
            place=one.place,
            outcome=result.shown.value,
            why=result.sentence,
        )


def _refusal(one: Activation, offer: Offer, words: str) -> Alert:
    sentence = (
        f"Shopify does not stock {offer.name!r} where you put pieces of it ({words}): {BY_HAND},"
        " or they are not for sale there"
    )
    return Alert(name="place_not_stocked", subject=one.subject, sentence=sentence)
