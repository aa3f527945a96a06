"""The proof before a raise: every channel freshly read and explained, and all orders taken in."""

from collections.abc import Iterable, Mapping, Sequence

import structlog

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import OfferId, ShopId, Sku
from peg.intake import brake
from peg.intake.looking import Lookout
from peg.intake.many import Many
from peg.intake.polling import Polls, last_read_at
from peg.marketplaces.port import MarketplaceError
from peg.propagation.evidence import LEGS, Leg, Proof, Witness, proofs
from peg.propagation.many_raises import stopped
from peg.propagation.retarget import retarget
from peg.propagation.reversals import held_back
from peg.shops import directory

log = structlog.get_logger()


class Prover:
    """Proves that a raise promises nothing that is already sold.

    Args:
        many: so many raises of one shop at once are proved only after a person was asked.
        legs: what a proof stands on: all of them, but for a test of what each is good for.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        lookout: Lookout,
        polls: Polls,
        *,
        many: Many,
        legs: Sequence[Leg] = LEGS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._lookout = lookout
        self._polls = polls
        self._many = many
        self._legs = legs

    async def prove(self, wanted: Sequence[OfferId]) -> Mapping[OfferId, Proof]:
        """The offers among `wanted` that may be raised to their present targets, each with why.

        Reads every offer of the same items on every channel, then takes in all orders changed
        since, then computes the targets anew. An offer is unproved when one of those readings is
        not explained by the book, or could not be had. A shop that a person disconnected is not
        asked: what it sells is on its own from then on. A shop that cannot be read holds up what it
        sells too, and nothing else. Of what a shop does not count only the orders tell.
        """
        asked_about = await self._asked_about(wanted)
        async with reading(self._database) as session:
            mine = await offers.by_ids(session, [one for one in wanted if one not in asked_about])
            left_out = await directory.disconnected(session)
            skus = {part.sku for offer in mine.values() for part in offer.components}
            siblings = [
                offer
                for offer in await offers.of_skus(session, sorted(skus))
                if not offer.gone and offer.ref.shop not in left_out
            ]
        witnesses = await self._witnesses(siblings)
        await self._retarget(skus)
        return proofs(list(mine.values()), witnesses, self._legs)

    async def _asked_about(self, wanted: Sequence[OfferId]) -> frozenset[OfferId]:
        """Those that are not raised before a person has looked."""
        async with begin(self._database) as session:
            fought_over = await held_back(session, wanted)
            found = await offers.by_ids(session, wanted)
            too_many = [
                await stopped(session, shop, many=self._many, now=self._clock.now())
                for shop in sorted({offer.ref.shop for offer in found.values()})
            ]
        return fought_over.union(*too_many)

    async def _witnesses(self, siblings: Sequence[Offer]) -> Sequence[Witness]:
        """Read them all, and only then the orders: what a reading shows too few of may be one."""
        begun_at = self._clock.now()
        seen = await self._lookout.look_where_possible([offer.id for offer in siblings])
        shops = {offer.ref.shop for offer in siblings}
        dark = {**seen.failures, **await self._poll_each(shops)}
        for shop, error in sorted(dark.items()):
            log.info("raise.unproved", shop=shop, error=str(error))
        taken = {one.offer: one for one in seen.taken}
        async with reading(self._database) as session:
            orders_at = {shop: await last_read_at(session, shop) for shop in shops}
            doubted = await brake.shops_on(session)
        return [
            Witness(
                offer=offer,
                needed_since=begun_at,
                taken=taken.get(offer.id),
                orders_at=orders_at[offer.ref.shop],
                doubted=offer.ref.shop in doubted,
            )
            for offer in siblings
        ]

    async def _poll_each(self, shops: Iterable[ShopId]) -> Mapping[ShopId, MarketplaceError]:
        """Take in the orders of each; which shops could not be read, and why."""
        failures = {}
        for shop in sorted(shops):
            try:
                await self._polls.poll(shop)
            except MarketplaceError as error:
                failures[shop] = error
        return failures

    async def orders_of(self, shop: ShopId) -> None:
        """Take in the orders of one shop that were changed before now."""
        await self._polls.poll(shop)

    async def sales_of(self, shop: ShopId) -> None:
        """Take in the sales of one shop that were made before now, at once."""
        await self._polls.sales(shop)

    async def _retarget(self, skus: set[Sku]) -> None:
        async with begin(self._database) as session:
            await retarget(session, sorted(skus), now=self._clock.now())
