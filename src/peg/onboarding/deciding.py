"""What a person decides about proposals: the same piece, or two."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers, proposals
from peg.catalog.offers import Offer
from peg.catalog.proposals import KeptProposal
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import OfferId, ShopId, Sku
from peg.domain.offer import Reading, Shelf
from peg.intake.orders import hold_anew
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.marketplaces.port import Marketplace, RemoteGone
from peg.onboarding import adopting, composing
from peg.onboarding.adopting import Adopted
from peg.onboarding.composing import Composed, NoParts, as_shown
from peg.onboarding.matching import Match
from peg.onboarding.naming import name_of
from peg.shops import directory
from peg.shops.directory import NotConnected


class NoSuchOffer(PegError):
    """No offer has that number."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self, number: int) -> None:
        super().__init__(f"no offer has the number {number}: `peg offers` lists them")


class Decider:
    """Acts on decisions; figures are read afresh, and the orders after them, before any counts."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        shops: Mapping[ShopId, Marketplace],
        *,
        polls: Polls,
    ) -> None:
        self._database = database
        self._clock = clock
        self._shops = shops
        self._polls = polls

    async def accept(self, number: int, *, who: str, sku: Sku | None = None) -> Adopted:
        """The two offers sell the same piece: from now on they share its stock.

        Args:
            number: the proposal's.
            who: who says so.
            sku: the piece's SKU, where neither offer has one that decides.

        Raises:
            NoSuchProposal: there is none of that number, or it was decided.
            NeedsSku, SkuTaken, NotOnePiece: see `name_of`.
            NotConnected: one of the shops is not connected any more.
            RemoteGone: one of the offers was deleted.
            MarketplaceError: the offers, or what was sold of them, could not be read.
        """
        async with reading(self._database) as session:
            one = await proposals.proposal(session, number)
        fresh = [offer for offer in (one.shopify, one.etsy) if not offer.components]
        found = {offer.ref: as_shown(offer, await self._read(offer)) for offer in fresh}
        await self._hear_of_sales({ref.shop for ref in found})
        async with begin(self._database) as session:
            now = self._clock.now()
            decided = await proposals.decide(session, number, accepted=True, who=who, now=now)
            named = await name_of(session, decided, sku)
            match = Match(sku=named, refs=tuple(found))
            return await adopting.adopt(session, [match], found, now=now)

    async def reject(self, number: int, *, who: str) -> KeptProposal:
        """They are two pieces: what is held of one for orders of the other is let go.

        Raises:
            NoSuchProposal: there is none of that number, or it was decided.
        """
        async with begin(self._database) as session:
            now = self._clock.now()
            one = await proposals.decide(session, number, accepted=False, who=who, now=now)
            await _hold_anew(session, one, now=now)
            return one

    async def reopen(self, number: int) -> KeptProposal:
        """A rejected pair waits again, and what its orders may have taken is held again.

        Raises:
            NoSuchProposal: there is none of that number.
            NotReopened: it was not rejected, or both offers are known as pieces by now.
        """
        async with begin(self._database) as session:
            one = await proposals.reopen(session, number)
            await _hold_anew(session, one, now=self._clock.now())
            return one

    async def compose(
        self, offer: OfferId, parts: Mapping[Sku, int], *, who: str, sure: bool = False
    ) -> Composed:
        """A sale of the offer takes these items: a set, or several of one.

        Raises:
            TakenForAPiece: pieces would come off the book, and nobody is `sure` of that yet.
            NoParts: none was named.
            NoSuchOffer: there is none of that number.
            UnknownSku: no item has one of the SKUs.
            NotConnected: its shop is not connected any more.
            RemoteGone: it was deleted.
            MarketplaceError: the offer, or what was sold of it, could not be read.
        """
        if not parts:
            raise NoParts
        async with reading(self._database) as session:
            known = (await offers.by_ids(session, [offer])).get(offer)
        if known is None:
            raise NoSuchOffer(offer)
        shown = await self._read(known)
        await self._hear_of_sales({known.ref.shop})
        async with begin(self._database) as session:
            newest = (await offers.by_ids(session, [offer]))[offer]
            now = self._clock.now()
            return await composing.compose(
                session, newest, parts, shown, who=who, now=now, sure=sure
            )

    async def _hear_of_sales(self, shops: Iterable[ShopId]) -> None:
        """A sale nobody has told of yet would look like a figure that a person lowered."""
        for shop in sorted(shops):
            await self._polls.poll(shop)

    async def _read(self, offer: Offer) -> Reading:
        shop = self._shops.get(offer.ref.shop)
        if shop is None:
            async with reading(self._database) as session:
                raise NotConnected(await directory.by_id(session, offer.ref.shop))
        shown = (await shop.read([offer.ref]))[offer.ref]
        if shown.shelf is Shelf.GONE:
            raise RemoteGone(
                f"{offer.name!r} (offer {offer.id}) was deleted on {offer.ref.channel}: put it back"
                " there and import again, or reject its pair and count the piece, since what the"
                " deleted one sold is let go then"
            )
        return shown


async def _hold_anew(session: AsyncSession, pair: KeptProposal, *, now: datetime) -> None:
    for offer in (pair.shopify, pair.etsy):
        if not offer.components:
            await hold_anew(session, offer, patience=Patience(), now=now)
