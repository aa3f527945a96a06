"""Other names on their marketplace for offers that PEG knows: they stay the same offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import tables
from peg.db.transaction import require_transaction
from peg.domain.identity import OfferId, OfferRef


@dataclass(frozen=True, slots=True, kw_only=True)
class NewName:
    """What a marketplace calls an offer now, and which variant of its listing it is in words."""

    ref: OfferRef
    options: Mapping[str, str]


async def rename(
    session: AsyncSession, names: Mapping[OfferId, NewName], *, nameless: Sequence[OfferId] = ()
) -> None:
    """From now on their marketplace calls them so; what a sale takes and what is expected stay.

    Those that were given up are `nameless` where another has their name now.

    One may take the name of another that gives it up here: first all give up their own. A reading
    that began before is outdated: it may call them by their former names.
    """
    require_transaction(session)
    for offer in [*names, *nameless]:
        await _call(session, offer, variant=_no_name(offer))
    for offer, name in names.items():
        await _call(session, offer, variant=name.ref.variant, options=dict(name.options))
    await session.execute(
        update(tables.mirror)
        .where(tables.mirror.c.offer.in_([*names, *nameless]))
        .values(version=tables.mirror.c.version + 1)
    )


async def _call(session: AsyncSession, offer: OfferId, **values: object) -> None:
    change = update(tables.offers).where(tables.offers.c.id == offer)
    await session.execute(change.values(values))


def _no_name(offer: OfferId) -> str:
    """No variation's name: on Etsy that has a `=`, and on Shopify it is a number."""
    return f"renaming {offer}"
