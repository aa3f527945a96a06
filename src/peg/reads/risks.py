"""How likely each piece is sold twice, and what that is expected to cost."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog.offers import Offer
from peg.domain.claim import Fees
from peg.domain.exposure import Measured, brings_in, expected_cost
from peg.domain.identity import Channel, OfferId, ShopId, Sku
from peg.domain.money import Money
from peg.ledger import queries
from peg.propagation import withheld
from peg.propagation.withheld import Cause
from peg.reads.exposure_measured import Period, measured, share_booked
from peg.reads.on_sale import OnSale, on_sale

TOO_FEW = "too few sales were measured"
CURRENCIES = "its shops sell it in several currencies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a jeweller has said of it.

    Attributes:
        cost_percent: what a double sale costs, of the price, as long as none was booked.
        fees: what each marketplace keeps of a sale.
        most: what costs more is on one shop only; None: nothing is.
    """

    cost_percent: Decimal
    most: Decimal | None = None
    fees: Fees = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One piece that more than one shop sells.

    Attributes:
        shops: where it is on sale, the one that earns most with it first.
        price: the highest of them; None where they cannot be compared.
        chance: that the sale of its last one is a double one.
        cost: what that is expected to come to, in whole units of the price's currency.
        why: there is no figure.
        only_on: the shop that shows it, where that limit holds.
    """

    sku: Sku
    available: int
    shops: Sequence[ShopId]
    price: Money | None
    chance: float | None
    cost: Decimal | None
    why: str = ""
    only_on: ShopId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risks:
    """All that can be told of a period.

    Attributes:
        share: what a double sale costs, as a share of the price.
        booked: of so many past double sales; 0: the jeweller's own guess.
        available: pieces of every item.
        pieces: the costliest first, those without a figure last.
    """

    measured: Measured
    share: Decimal
    booked: int
    on_sale: OnSale
    available: Mapping[Sku, int]
    pieces: Sequence[Risk]


async def risks(session: AsyncSession, terms: Terms, period: Period) -> Risks:
    """Every piece that more than one shop sells."""
    shown = await on_sale(session)
    seen = await measured(session, shown, period)
    known, booked = await share_booked(session)
    share = terms.cost_percent / 100 if known is None else known
    available = await queries.available(session)
    held = await withheld.by_about(session, Cause.EXPOSURE)
    found = [
        replace(
            _risk(sku, available.get(sku, 0), by_shop, seen, share=share, fees=terms.fees),
            only_on=_only_on(by_shop, {one.offer for one in held.get(sku, ())}),
        )
        for sku, by_shop in shown.pieces().items()
    ]
    found.sort(key=lambda one: (one.cost is None, -(one.cost or 0), one.sku))
    return Risks(
        measured=seen,
        share=share,
        booked=booked,
        on_sale=shown,
        available=available,
        pieces=found,
    )


def _risk(
    sku: Sku,
    available: int,
    by_shop: Mapping[ShopId, Sequence[Offer]],
    seen: Measured,
    *,
    share: Decimal,
    fees: Fees,
) -> Risk:
    prices = {shop: _price(sku, mine) for shop, mine in by_shop.items()}
    shops = sorted(prices, key=lambda shop: (-_earns(shop, prices[shop], seen, fees), shop))
    price = max(prices.values()) if len({one.currency for one in prices.values()}) == 1 else None
    lacks = bool(seen.lacking(shops))
    chance = None if lacks else seen.chance(shops)
    cost = None
    if price is not None and chance is not None:
        cost = expected_cost(price, chance=chance, share=share)
    return Risk(
        sku=sku,
        available=available,
        shops=shops,
        price=price,
        chance=chance,
        cost=cost,
        why=TOO_FEW if lacks else CURRENCIES if price is None else "",
    )


def _only_on(by_shop: Mapping[ShopId, Sequence[Offer]], held: Collection[OfferId]) -> ShopId | None:
    if not held:
        return None
    return next(
        (shop for shop, mine in by_shop.items() if not any(one.id in held for one in mine)), None
    )


def _price(sku: Sku, mine: Sequence[Offer]) -> Money:
    """A set costs more than the piece in it, and counts only where that is not sold alone."""
    alone = [one for one in mine if {part.sku for part in one.components} == {sku}]
    return max((one.price for one in alone or mine), key=lambda price: price.minor)


def _earns(shop: ShopId, price: Money, seen: Measured, fees: Fees) -> Fraction:
    fee = fees.get(Channel(shop.partition(":")[0]), Decimal(0))
    return brings_in(price, rate_per_s=seen.rates_per_s[shop], fee_percent=fee)
