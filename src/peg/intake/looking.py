"""Read offers fresh, and take what is seen in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from peg.catalog import mirror, offers
from peg.catalog.interrupted import unanswered
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import OfferId, ShopId
from peg.intake import renamed
from peg.intake.judgement import TakenIn
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.intake.readings import basis_of, take_in_readings, without_unanswered
from peg.intake.watched_reads import WatchedReads
from peg.marketplaces.port import Marketplace, MarketplaceError, ShowsNewest


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look has shown, and which shops could not be read."""

    taken: Sequence[TakenIn]
    failures: Mapping[ShopId, MarketplaceError]


class Lookout:
    """Looks at offers on their marketplaces."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        shops: Mapping[ShopId, Marketplace],
        patience: Patience,
        *,
        polls: Polls,
    ) -> None:
        self._database = database
        self._clock = clock
        self._shops = shops
        self._patience = patience
        self._polls = polls
        self._reads = WatchedReads(database, clock)

    async def look(self, wanted: Iterable[OfferId], *, urgent: bool = False) -> Sequence[TakenIn]:
        """Read the offers, shop by shop, and explain what they show; `urgent`: before all else.

        Raises:
            MarketplaceError: a shop could not be read; what the others show is taken in.
        """
        seen = await self.look_where_possible(wanted, urgent=urgent)
        for failure in seen.failures.values():
            raise failure
        return seen.taken

    async def look_where_possible(self, wanted: Iterable[OfferId], *, urgent: bool = False) -> Seen:
        """`look`, but a shop that cannot be read is named and not raised.

        What became of a write that got no answer tells only once the orders are read as well, and
        after the offer: a sale looks alike. If they bring one, what was read is outdated by it.
        """
        async with reading(self._database) as session:
            found = await offers.by_ids(session, list(wanted))
            basis = await basis_of(session, list(found))
            unheard = await unanswered(session)
        by_shop: dict[ShopId, list[offers.Offer]] = {}
        for offer in found.values():
            by_shop.setdefault(offer.ref.shop, []).append(offer)
        taken: list[TakenIn] = []
        failures: dict[ShopId, MarketplaceError] = {}
        for shop, shop_offers in sorted(by_shop.items()):
            try:
                async with self._reads.of(shop):
                    refs = [offer.ref for offer in shop_offers]
                    seen = await self._shops[shop].read(refs, urgent=urgent)
                if unheard.intersection(offer.id for offer in shop_offers):
                    await self._polls.poll(shop)
            except MarketplaceError as error:
                failures[shop] = error
                continue
            now, shown = self._clock.now(), list(seen.values())
            async with begin(self._database) as session:
                followed = await renamed.follow(
                    session, shown, basis, patience=self._patience, now=now
                )
                taken += await take_in_readings(
                    session, shown, followed, patience=self._patience, now=now
                )
        return Seen(taken=taken, failures=failures)

    async def glance(self, shop: ShopId, newest: ShowsNewest) -> Sequence[TakenIn]:
        """Look at what was changed last on a marketplace that does not tell of hand edits.

        Raises:
            MarketplaceError: it could not be read.
        """
        async with reading(self._database) as session:
            basis = await mirror.versions_of_shop(session, shop)
        async with self._reads.of(shop):
            seen = [offer.reading for offer in await newest.newest()]
        async with begin(self._database) as session:
            now = self._clock.now()
            answered = await without_unanswered(session, basis)
            followed = await renamed.follow(
                session, seen, answered, patience=self._patience, now=now
            )
            return await take_in_readings(session, seen, followed, patience=self._patience, now=now)
