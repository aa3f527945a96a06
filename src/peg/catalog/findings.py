"""Offers as an import found them on their shops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers, tables
from peg.catalog.offers import KEYS_PER_QUERY_MAX
from peg.db.transaction import require_transaction, upsert_all
from peg.domain.identity import OfferId, OfferRef
from peg.domain.offer import RemoteOffer, Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an offer showed when an import last read it.

    Attributes:
        shown: pieces that a buyer could buy, by place; nothing where its shop does not count it.
    """

    at: datetime
    shown: Mapping[str, int]
    shelf: Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFound:
    """When PEG first read an offer (its own clock), and how many pieces that showed.

    Attributes:
        shown: None where its shop did not count it.
    """

    at: datetime
    shown: int | None


FIRST = ("first_found_at", "first_shown", "tracked", "oversells")
"""What is kept of the first reading, whatever is read later; of the last two, intake tells more."""


async def keep(
    session: AsyncSession, found: Sequence[RemoteOffer], *, now: datetime
) -> dict[OfferRef, OfferId]:
    """Keep what stands on a marketplace: new offers are added, known ones take its words."""
    require_transaction(session)
    rows = [{**_row(remote, now), "gone": False} for remote in found]
    names = ["shop", "listing", "variant"]
    await upsert_all(session, tables.offers, rows, names, first=FIRST)
    kept = await offers.by_refs(session, [remote.ref for remote in found])
    return {ref: offer.id for ref, offer in kept.items()}


async def of_offers(session: AsyncSession, wanted: Sequence[OfferId]) -> Mapping[OfferId, Finding]:
    """What some offers showed then."""
    told = tables.offers.c
    found: dict[OfferId, Finding] = {}
    for start in range(0, len(wanted), KEYS_PER_QUERY_MAX):
        part = wanted[start : start + KEYS_PER_QUERY_MAX]
        query = select(told.id, told.found_at, told.found_shown, told.found_shelf)
        for row in await session.execute(query.where(told.id.in_(part))):
            found[OfferId(row.id)] = Finding(
                at=row.found_at, shown=row.found_shown, shelf=Shelf(row.found_shelf)
            )
    return found


async def first_of(
    session: AsyncSession, wanted: Sequence[OfferId]
) -> Mapping[OfferId, FirstFound]:
    """How PEG first found some offers."""
    told = tables.offers.c
    found: dict[OfferId, FirstFound] = {}
    for start in range(0, len(wanted), KEYS_PER_QUERY_MAX):
        part = wanted[start : start + KEYS_PER_QUERY_MAX]
        query = select(told.id, told.first_found_at, told.first_shown).where(told.id.in_(part))
        for row in await session.execute(query):
            found[OfferId(row.id)] = FirstFound(at=row.first_found_at, shown=row.first_shown)
    return found


def _row(remote: RemoteOffer, now: datetime) -> dict[str, Any]:
    return {
        "shop": remote.ref.shop,
        "listing": remote.ref.listing,
        "variant": remote.ref.variant,
        "stock_unit": remote.ref.stock_unit,
        "title": remote.title,
        "sku_as_typed": remote.sku[:255],
        "options": dict(remote.options),
        "price_minor": remote.price.minor,
        "currency": remote.price.currency,
        "tracked": remote.tracked,
        "oversells": remote.oversells,
        "found_at": now,
        "found_shown": remote.reading.shown() if remote.tracked else {},
        "found_shelf": remote.reading.shelf.value,
        "first_found_at": remote.reading.begun_at,
        "first_shown": remote.reading.pieces if remote.tracked else None,
    }
