"""Takes valuable pieces off sale while nobody can say whether they were sold on another shop.

A shop is blind once its orders could not be read for a set time, by a PEG that ran all the while
and could read another shop meanwhile: where nothing can be read, it is PEG that has no connection,
and nothing could be taken off either. A shop that is closed sells nothing, and one that a person
took out is their affair.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts import register
from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.domain.messages import Alert
from peg.intake.polling import last_read_at
from peg.propagation import withheld
from peg.propagation.withheld import Cause, Withheld
from peg.propagation.withholding import give_back, withhold
from peg.shops import directory

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What is taken off sale, and when: offers of this price or more, after so long."""

    value: Decimal
    after: timedelta

    def covers(self, offer: Offer) -> bool:
        """Whether the offer is worth it, in the currency of its shop."""
        return offer.price.decimal() >= self.value


class BlindSide:
    """Looks at times whether every shop's orders are read; `worth` None: nothing is taken off."""

    def __init__(self, database: Database, clock: Clock, worth: Worth | None) -> None:
        self._database = database
        self._clock = clock
        self._worth = worth
        self._begun_at = clock.now()

    async def look(self) -> None:
        """Put back what is seen again, and take off what a shop's silence endangers."""
        async with reading(self._database) as session:
            off_sale = await _off_sale(session)
            over = [
                shop
                for shop, those in off_sale.items()
                if self._worth is None or await _is_over(session, shop, those)
            ]
        for shop in over:
            await self._end(shop)
        if self._worth is None:
            return
        async with reading(self._database) as session:
            blind = await self._blind(session, self._worth)
        for shop in blind:
            await self._withdraw(shop, self._worth)

    async def _blind(self, session: AsyncSession, worth: Worth) -> Sequence[ShopId]:
        """Shops of which nobody knows what they sold lately."""
        now = self._clock.now()
        read_at = {
            shop: await last_read_at(session, shop) for shop in await directory.selling(session)
        }
        seen = {shop for shop, at in read_at.items() if at and at + worth.after / 2 > now}
        silent = [
            shop
            for shop, at in read_at.items()
            if max(at or self._begun_at, self._begun_at) + worth.after <= now
        ]
        return [shop for shop in silent if seen - {shop}]

    async def _withdraw(self, shop: ShopId, worth: Worth) -> None:
        async with begin(self._database) as session:
            now = self._clock.now()
            known = {one.offer for one in (await _off_sale(session)).get(shop, ())}
            endangered = [
                one
                for one in await _sold_elsewhere(session, shop)
                if worth.covers(one) and one.id not in known
            ]
            why = f"off sale while the orders of {shop} cannot be read"
            rows = await withhold(
                session, endangered, cause=Cause.BLIND_SIDE, about=shop, why=why, now=now
            )
            if not rows:
                return
            alert = _alert(shop, len(known) + len(rows), worth)
            await register.tell(session, alert, now=now)
        log.warning("blind_side.withdrawn", shop=shop, offers=len(rows))

    async def _end(self, shop: ShopId) -> None:
        async with begin(self._database) as session:
            now = self._clock.now()
            ended = (await _off_sale(session)).get(shop, ())
            await give_back(session, ended, now=now)
            numbers = await register.numbers_of(session, shop, ["blind_side"])
            await register.end(session, numbers, now=now)
        log.info("blind_side.ended", shop=shop, offers=len(ended))


async def _off_sale(session: AsyncSession) -> Mapping[ShopId, Sequence[Withheld]]:
    """By the shop whose orders cannot be read."""
    found = await withheld.by_about(session, Cause.BLIND_SIDE)
    return {ShopId(shop): those for shop, those in found.items()}


async def _is_over(session: AsyncSession, shop: ShopId, off_sale: Sequence[Withheld]) -> bool:
    """Whether its orders were read to the end since.

    A person who takes the shop out says nothing of what it had sold in its silence.
    """
    read_at = await last_read_at(session, shop)
    return read_at is not None and read_at > max(one.since for one in off_sale)


async def _sold_elsewhere(session: AsyncSession, shop: ShopId) -> list[Offer]:
    """Offers of other shops that take an item which this one sells too."""
    theirs = await offers.all_of_shop(session, shop)
    skus = {part.sku for one in theirs if not one.gone for part in one.components}
    selling = await offers.of_skus(session, sorted(skus))
    return [one for one in selling if one.ref.shop != shop]


def _alert(shop: ShopId, count: int, worth: Worth) -> Alert:
    offers_went = "1 offer" if count == 1 else f"{count} offers"
    sentence = (
        f"the orders of {shop} cannot be read, and nobody knows what it sold: {offers_went} of"
        f" {worth.value} or more that it sells too went off sale elsewhere. They come back by"
        " themselves once its orders are read; if you took it out, once PEG_BLIND_VALUE is unset"
        " and PEG started again"
    )
    return Alert(name="blind_side", subject=shop, sentence=sentence)
