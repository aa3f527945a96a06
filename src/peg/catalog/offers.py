"""Offers: one sellable unit on one shop, and the items a sale of it takes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Result,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import tables
from peg.db.batches import batches
from peg.db.transaction import execute_all, require_transaction
from peg.domain.baseline import Baseline
from peg.domain.identity import OfferId, OfferRef, ShopId, Sku, fold_sku
from peg.domain.money import Money
from peg.domain.offer_name import offer_name, short_name
from peg.ledger.line_meaning import Component

T = TypeVar("T")

KEYS_PER_QUERY_MAX = 300
"""SQLite limits the depth and the variables of one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One sellable unit.

    Attributes:
        tracked: its shop counts it, as far as it was read last.
        oversells: it is counted, and sold on when none is left.
        components: what a sale takes; empty until somebody maps the offer.
        parked: a person took it off sale; PEG does not put it back.
        gone: it was deleted on the marketplace.
        baseline: when its first figures were read; orders from before are inside them. None where
            its items were not counted by it.
    """

    id: OfferId
    ref: OfferRef
    title: str
    sku_as_typed: str
    options: Mapping[str, str]
    price: Money
    tracked: bool
    oversells: bool
    parked: bool
    gone: bool
    baseline: Baseline | None
    components: Sequence[Component]

    @property
    def sells_on(self) -> bool:
        """Whether its shop sells it whatever its figure says."""
        return self.oversells or not self.tracked

    def may_be_typed(self, sku: str) -> bool:
        """Whether a SKU, but for case and spaces, is the one it is known by, or of its pieces."""
        return fold_sku(sku) in {
            fold_sku(self.sku_as_typed),
            *(part.sku for part in self.components),
        }

    @property
    def name(self) -> str:
        """What people call it."""
        return offer_name(self.title, self.options)

    @property
    def short_name(self) -> str:
        """What it is called where several are named in a sentence."""
        return short_name(self.title, self.options)


_WITH_PARTS = (
    select(
        tables.offers,
        tables.components.c.sku.label("part_sku"),
        tables.components.c.quantity.label("part_quantity"),
    )
    .outerjoin(tables.components, tables.components.c.offer == tables.offers.c.id)
    .order_by(tables.offers.c.id, tables.components.c.sku)
)
_BY_ID = _WITH_PARTS.where(tables.offers.c.id.in_(bindparam("ids", expanding=True)))
_OF_LISTING = _WITH_PARTS.where(
    tables.offers.c.shop == bindparam("of"), tables.offers.c.listing == bindparam("named")
)
"""Built once: everybody asks for them, and building takes longer than asking."""


async def by_ids(session: AsyncSession, wanted: Sequence[OfferId]) -> dict[OfferId, Offer]:
    """Some offers by number."""
    found: dict[OfferId, Offer] = {}
    for part in _parts(wanted):
        for offer in _offers(await session.execute(_BY_ID, {"ids": part})):
            found[offer.id] = offer
    return found


async def by_refs(session: AsyncSession, refs: Sequence[OfferRef]) -> dict[OfferRef, Offer]:
    """Some offers by the marketplace's names for them, as they were asked.

    A webhook names no stock unit: listing and variant alone tell which offer is meant.
    """
    found: dict[tuple[str, str, str], Offer] = {}
    columns = tuple_(tables.offers.c.shop, tables.offers.c.listing, tables.offers.c.variant)
    for part in _parts(sorted({_key(ref) for ref in refs})):
        for offer in await _load(session, columns.in_(part)):
            found[_key(offer.ref)] = offer
    return {ref: found[_key(ref)] for ref in refs if _key(ref) in found}


async def of_skus(session: AsyncSession, skus: Sequence[Sku]) -> list[Offer]:
    """Every offer that sells any of these items."""
    found: dict[OfferId, Offer] = {}
    for part in _parts(skus):
        with_sku = select(tables.components.c.offer).where(tables.components.c.sku.in_(part))
        for offer in await _load(session, tables.offers.c.id.in_(with_sku)):
            found[offer.id] = offer
    return list(found.values())


async def page(
    session: AsyncSession, *, shop: ShopId | None, sku: Sku | None, after: int, limit: int | None
) -> list[Offer]:
    """Some offers by their numbers: those behind `after`, of a shop and of an item if one is named.

    Of an item are those that sell it and those it is typed on, as a set's own SKU is. The database
    leaves the rest where it is.
    """
    wanted = select(tables.offers.c.id).where(tables.offers.c.id > after)
    if shop is not None:
        wanted = wanted.where(tables.offers.c.shop == shop)
    if sku is not None:
        selling = select(tables.components.c.offer).where(tables.components.c.sku == sku)
        wanted = wanted.where(tables.offers.c.id.in_(selling) | _typed_as(sku))
    ids = wanted.order_by(tables.offers.c.id).limit(limit)
    return await _load(session, tables.offers.c.id.in_(ids))


async def of_listing(session: AsyncSession, shop: ShopId, listing: str) -> list[Offer]:
    """Every offer of one listing."""
    return _offers(await session.execute(_OF_LISTING, {"of": shop, "named": listing}))


async def of_stock_unit(session: AsyncSession, shop: ShopId, stock_unit: str) -> list[Offer]:
    """The offers that Shopify counts with one inventory item."""
    where = (tables.offers.c.shop == shop) & (tables.offers.c.stock_unit == stock_unit)
    return await _load(session, where)


async def typed(session: AsyncSession, shop: ShopId, sku: str) -> list[Offer]:
    """The offers of a shop whose SKU is typed exactly so, those that are gone included."""
    where = (tables.offers.c.shop == shop) & (tables.offers.c.sku_as_typed == sku)
    return await _load(session, where)


async def typed_alike(session: AsyncSession, shop: ShopId | None, sku: Sku) -> list[Offer]:
    """Offers, of one shop or of all, whose SKU is this one but for case and spaces; none gone."""
    where = _typed_as(sku)
    if shop is not None:
        where &= tables.offers.c.shop == shop
    return await _load(session, where & tables.offers.c.gone.is_(False))


async def all_of_shop(session: AsyncSession, shop: ShopId) -> list[Offer]:
    """Every offer of a shop, those that are gone included."""
    return await _load(session, tables.offers.c.shop == shop)


async def count(session: AsyncSession, shop: ShopId) -> int:
    """How many offers a shop has, without those that are gone."""
    mine = (tables.offers.c.shop == shop) & tables.offers.c.gone.is_(False)
    return await session.scalar(select(func.count()).where(mine)) or 0


async def shops_kept_in_step(session: AsyncSession) -> set[ShopId]:
    """Shops of which at least one offer is mapped to an item."""
    mapped = tables.offers.join(tables.components, tables.components.c.offer == tables.offers.c.id)
    return set(await session.scalars(select(tables.offers.c.shop).distinct().select_from(mapped)))


async def everything(session: AsyncSession) -> list[Offer]:
    """Every offer of every shop."""
    return await _load(session, tables.offers.c.id.is_not(None))


async def map_to(session: AsyncSession, wanted: Mapping[OfferId, Sequence[Component]]) -> None:
    """Say what a sale of each offer takes, instead of what was said before."""
    require_transaction(session)
    for part in _parts(list(wanted)):
        await session.execute(delete(tables.components).where(tables.components.c.offer.in_(part)))
    rows = [
        {"offer": offer, "sku": part.sku, "quantity": part.quantity}
        for offer, parts in wanted.items()
        for part in parts
    ]
    await execute_all(session, insert(tables.components), rows)


async def set_baselines(session: AsyncSession, wanted: Mapping[OfferId, Baseline | None]) -> None:
    """Say when the first figures of offers were read; None: those of its items are not its own."""
    require_transaction(session)
    offer: BindParameter[int] = bindparam("offer")
    change = update(tables.offers).where(tables.offers.c.id == offer)
    change = change.values({name: bindparam(name) for name in _BASELINE})
    rows = [
        {
            "offer": key,
            "baseline_begun_at": at.begun_at if at else None,
            "baseline_after": at.after if at else None,
            "baseline_until": at.until if at else None,
        }
        for key, at in wanted.items()
    ]
    await execute_all(session, change, rows)


async def park(session: AsyncSession, offer: OfferId, *, parked: bool = True) -> None:
    """A person took the offer off sale (or wants it back)."""
    require_transaction(session)
    change = update(tables.offers).where(tables.offers.c.id == offer)
    await session.execute(change.values(parked=parked))


async def mark_gone(session: AsyncSession, offer: OfferId, *, gone: bool = True) -> None:
    """The offer was deleted on its marketplace (or that is not sure any more)."""
    require_transaction(session)
    change = update(tables.offers).where(tables.offers.c.id == offer)
    await session.execute(change.values(gone=gone))


def _typed_as(sku: Sku) -> ColumnElement[bool]:
    return func.upper(func.replace(tables.offers.c.sku_as_typed, " ", "")) == sku


async def _load(session: AsyncSession, where: ColumnElement[bool]) -> list[Offer]:
    return _offers(await session.execute(_WITH_PARTS.where(where)))


def _offers(told: Result[Any]) -> list[Offer]:
    rows: dict[int, Any] = {}
    parts: dict[int, list[Component]] = {}
    for row in told.mappings():
        rows[row["id"]] = row
        if row["part_sku"] is not None:
            part = Component(sku=Sku(row["part_sku"]), quantity=row["part_quantity"])
            parts.setdefault(row["id"], []).append(part)
    return [_offer(row, tuple(parts.get(key, ()))) for key, row in rows.items()]


def _offer(row: Any, parts: Sequence[Component]) -> Offer:
    return Offer(
        id=OfferId(row["id"]),
        ref=OfferRef(
            shop=ShopId(row["shop"]),
            listing=row["listing"],
            variant=row["variant"],
            stock_unit=row["stock_unit"],
        ),
        title=row["title"],
        sku_as_typed=row["sku_as_typed"],
        options=row["options"],
        price=Money(row["price_minor"], row["currency"]),
        tracked=row["tracked"],
        oversells=row["oversells"],
        parked=row["parked"],
        gone=row["gone"],
        baseline=_baseline(row),
        components=parts,
    )


_BASELINE = ("baseline_begun_at", "baseline_after", "baseline_until")


def _baseline(row: Any) -> Baseline | None:
    begun_at, after, until = (row[name] for name in _BASELINE)
    return Baseline(begun_at=begun_at, after=after, until=until) if begun_at else None


def _key(ref: OfferRef) -> tuple[str, str, str]:
    return ref.shop, ref.listing, ref.variant


def _parts(keys: Sequence[T]) -> Iterable[Sequence[T]]:
    return batches(keys, KEYS_PER_QUERY_MAX)
