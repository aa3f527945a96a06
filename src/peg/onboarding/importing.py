"""Read every shop into the book: orders, then figures, then orders again."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

import structlog

from peg.catalog import mirror, offers, proposals
from peg.catalog.offers import Offer
from peg.db.batches import batches
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import Channel, OfferId, OfferRef, ShopId, Sku
from peg.domain.offer import RemoteOffer
from peg.intake import checks, sells_on
from peg.intake.known_by_now import KnownByNow
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.intake.places import read_places
from peg.intake.polling import Polls
from peg.ledger import kept
from peg.marketplaces.port import Marketplace, UnreadableOffer
from peg.onboarding import adopting, former_names, imports
from peg.onboarding.imports import Imported
from peg.onboarding.left_out import could_not_be_read, left_out
from peg.onboarding.matching import Matching, match
from peg.onboarding.reach import Reach
from peg.onboarding.unread_twins import hidden_on_shopify, wait_for_hidden, wait_for_twins

log = structlog.get_logger()


BATCH_ITEMS_MAX = 200
CLOCKS_APART_MAX = timedelta(minutes=5)
"""How far the marketplaces' clocks and ours may differ when orders near the import are sought."""

Progress = Callable[[str, int], None]
"""Told the step, and by how many offers or orders it has gone on."""


class NoShops(PegError):
    """There is no shop to read."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self) -> None:
        super().__init__(
            "no shop is connected: `peg connect shopify` and `peg connect etsy` connect yours, and"
            " `peg shops` says why one is connected no more"
        )


class Importer:
    """Imports all connected shops."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        shops: Mapping[ShopId, Marketplace],
        *,
        polls: Polls,
        patience: Patience,
    ) -> None:
        self._database = database
        self._clock = clock
        self._shops = shops
        self._polls = polls
        self._patience = patience

    async def rehearse(self, progress: Progress) -> Imported:
        """Say what an import would find; write nothing anywhere.

        Raises:
            NoShops: none is connected.
            MarketplaceError: no shop could be read.
        """
        reach = self._reach()
        read = await self._read_all(reach, progress)
        matching, told = await self._match(reach, read)
        async with reading(self._database) as session:
            for matches in batches(matching.matches, BATCH_ITEMS_MAX):
                foreseen = await adopting.foresee(session, matches, read.offers)
                told.items += sum(one.new for one in foreseen)
                told.offers += sum(len(one.fresh) for one in foreseen)
                told.asked += [one.sku for one in foreseen if one.agreement.disagrees]
        return told

    async def run(self, progress: Progress) -> Imported:
        """Import what is new; what is known already is left as it is.

        Orders from before the figures were read are inside them and only noted; the others count.
        An offer that sold while it was read is read once more. A shop that cannot be read is left
        out and named.

        Raises:
            NoShops: none is connected.
            MarketplaceError: no shop could be read.
        """
        reach = self._reach()
        begun_at = self._clock.now()
        await self._poll(reach, progress)
        await reach.ask(self._name_places)
        read = await self._read_and_follow_names(reach, progress)
        found = read.offers
        matching, told = await self._match(reach, read)
        async with reading(self._database) as session:
            to_keep = await former_names.with_known_skus(session, found)
        for batch in batches(list(to_keep.values()), BATCH_ITEMS_MAX):
            async with begin(self._database) as session:
                await adopting.keep(session, batch, now=self._clock.now())
        for matches in batches(matching.matches, BATCH_ITEMS_MAX):
            async with begin(self._database) as session:
                done = await adopting.adopt(session, matches, found, now=self._clock.now())
            told.items += done.items
            told.offers += done.offers
            told.asked += done.asked
            progress("counting", len(matches))
        async with begin(self._database) as session:
            await proposals.close_known(session, now=self._clock.now())
            await proposals.propose(session, matching.proposals, now=self._clock.now())
        once_more = Reach({shop: self._shops[shop] for shop in reach.answering})
        await self._poll(once_more, progress)
        told.orders_unread = imports.not_read(once_more.failures)
        told.orders = await self.take_in_kept(progress)
        await self._look_again(begun_at)
        async with begin(self._database) as session:
            await sells_on.tell(session, now=self._clock.now())
            await imports.keep(session, told, begun_at=begun_at, ended_at=self._clock.now())
        log.info("shops.imported", items=told.items, offers=told.offers, asked=len(told.asked))
        return told

    async def _read_and_follow_names(self, reach: Reach, progress: Progress) -> "_Found":
        basis: dict[OfferId, Mapping[str, int]] = {}
        async with reading(self._database) as session:
            for shop in self._shops:
                basis |= await mirror.versions_of_shop(session, shop)
        read = await self._read_all(reach, progress)
        async with begin(self._database) as session:
            now, found = self._clock.now(), read.offers
            read.offers = await former_names.follow(
                session, found, basis, patience=self._patience, now=now
            )
        return read

    async def _look_again(self, begun_at: datetime) -> None:
        """What sold about when it was read tells by what it shows now whether that was before."""
        async with reading(self._database) as session:
            sold = await kept.sold_since(session, begun_at - CLOCKS_APART_MAX)
        lookout = Lookout(
            self._database, self._clock, self._shops, self._patience, polls=self._polls
        )
        seen = await lookout.look_where_possible(sold)
        if not seen.failures:
            return
        async with begin(self._database) as session:
            known = await offers.by_ids(session, sold)
            for offer in known.values():
                if offer.ref.shop in seen.failures:
                    now = self._clock.now()
                    await checks.read_again(
                        session, offer.id, due_at=now, why="sold while it was imported"
                    )

    async def take_in_kept(self, progress: Progress) -> int:
        """Take in orders once more whose lines may be known by now; how many."""
        known = KnownByNow(self._database, self._clock, self._patience)
        return await known.take_in_all(partial(progress, "orders"))

    def _reach(self) -> Reach:
        if not self._shops:
            raise NoShops
        return Reach(self._shops)

    async def _match(self, reach: Reach, read: "_Found") -> tuple[Matching, Imported]:
        """Match what was found with what is known, and begin to tell of it."""
        found = read.offers
        async with reading(self._database) as session:
            known = await offers.everything(session)
            rejected = await proposals.rejected_pairs(session)
            waiting = await proposals.open_proposals(session)
            skipped = await imports.skipped(session, self._shops, reach.failures)
        mapped = frozenset(offer.ref for offer in known if offer.components)
        settled = _on_both(known)
        matching = match(found.values(), mapped=mapped, settled=settled, rejected=rejected)
        if skipped:
            matching = wait_for_twins(matching, known, mapped=mapped)
        hidden = hidden_on_shopify(read.unreadable, known)
        matching = wait_for_hidden(
            matching, found, hidden, known, mapped=mapped, settled=settled, rejected=rejected
        )
        to_be_known = mapped | {ref for one in matching.matches for ref in one.refs}
        pairs = {(one.shopify.ref, one.etsy.ref) for one in waiting}
        pairs = {pair for pair in pairs if not set(pair) <= to_be_known}
        pairs |= {(one.shopify, one.etsy) for one in matching.proposals}
        count = Counter(ref.shop for ref in found)
        return matching, Imported(
            read={shop: count[shop] for shop in reach.answering},
            skipped=skipped,
            matched=None if skipped else sum(len(one.refs) > 1 for one in matching.matches),
            proposals=len(pairs),
            left_out=[
                *left_out(matching, found, mapped=mapped),
                *could_not_be_read(read.unreadable),
            ],
        )

    async def _poll(self, reach: Reach, progress: Progress) -> None:
        async def poll(shop: ShopId) -> None:
            await self._polls.poll(shop)
            progress("orders", 0)

        await reach.ask(poll)

    async def _name_places(self, shop: ShopId) -> None:
        await read_places(self._database, self._shops[shop])

    async def _read_all(self, reach: Reach, progress: Progress) -> "_Found":
        async with reading(self._database) as session:
            followed = await offers.shops_kept_in_step(session)
        read = await reach.ask_at_once(
            partial(self._read_shop, followed=followed, progress=progress)
        )
        reach.need_one()
        found = _Found()
        for one in read.values():
            found.offers |= one.offers
            found.unreadable += one.unreadable
        return found

    async def _read_shop(
        self, shop: ShopId, *, followed: Collection[ShopId], progress: Progress
    ) -> "_Found":
        found = _Found()
        async for page in self._shops[shop].listings(first=shop not in followed):
            # Pages shift while they are read: what comes twice counts as it was seen first.
            for offer in page.offers:
                found.offers.setdefault(offer.ref, offer)
            found.unreadable += [(shop, odd) for odd in page.unreadable]
            progress("reading", len(page.offers))
        return found


@dataclass(slots=True)
class _Found:
    """What stands on the shops."""

    offers: dict[OfferRef, RemoteOffer] = field(default_factory=dict)
    unreadable: list[tuple[ShopId, UnreadableOffer]] = field(default_factory=list)


def _on_both(known: Sequence[Offer]) -> frozenset[OfferRef]:
    """Offers all of whose items stand on both marketplaces."""
    stands: dict[Sku, set[Channel]] = {}
    for offer in known:
        for part in offer.components:
            stands.setdefault(part.sku, set()).add(offer.ref.channel)
    return frozenset(
        offer.ref
        for offer in known
        if offer.components and all(len(stands[part.sku]) > 1 for part in offer.components)
    )
