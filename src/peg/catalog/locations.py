"""Where pieces lie: the places that marketplaces name, and those a person has told of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import tables
from peg.db.transaction import require_transaction, upsert
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import MAIN, POOL, LocationId, ShopId
from peg.domain.near import did_you_mean, quoted
from peg.domain.place import RemotePlace

OWN = ShopId("peg")
"""Whose places those are that no marketplace knows."""

NAME_CHARACTERS_MAX = 48

_OF_SHOP = (
    select(tables.locations)
    .where(tables.locations.c.shop == bindparam("of"))
    .order_by(tables.locations.c.remote)
)
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")


class UnknownPlace(PegError):
    """No place has this name, or several have it."""

    kind: ClassVar[ErrorKind] = "missing"


class BadPlaceName(PegError):
    """What cannot be the name of a place."""

    kind: ClassVar[ErrorKind] = "refused"


class PlaceTaken(PegError):
    """A place of this name is known already."""

    kind: ClassVar[ErrorKind] = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place by the marketplace's name for it.

    Attributes:
        shop: `OWN` where no marketplace knows it.
        remote: the marketplace's id of it.
        open: False for one that the marketplace has closed, or has no more.
    """

    location: LocationId
    name: str
    shop: ShopId
    remote: str = ""
    open: bool = True

    def __str__(self) -> str:
        same = _folded(self.name) == self.location
        return self.name if same else f"{self.name} ({self.location})"


async def link(session: AsyncSession, shop: ShopId, remote: str, *, name: str) -> LocationId:
    """Our place for a marketplace's location; made from its name the first time."""
    require_transaction(session)
    known = (await of_shop(session, shop)).get(remote)
    if known is not None:
        return known
    taken = set((await session.scalars(select(tables.locations.c.location))).all())
    slug = _slug(name)
    free = slug not in taken | {MAIN, POOL}
    location = LocationId(slug if free else f"{slug}-{remote}")
    row = {"shop": shop, "remote": remote, "location": location, "name": name}
    await session.execute(upsert(session, tables.locations, row, ["shop", "remote"]))
    return location


async def link_unnamed(session: AsyncSession, shop: ShopId, remote: str) -> LocationId:
    """Our place for a location whose name was not read yet: it goes by its number until then."""
    return await link(session, shop, remote, name=f"{shop.partition(':')[2]} {remote}")


async def keep(session: AsyncSession, shop: ShopId, told: Sequence[RemotePlace]) -> Sequence[str]:
    """Know a shop's places by what it calls them now, and those that it has closed or deleted.

    Returns what has changed, for people.
    """
    require_transaction(session)
    before = {place.remote: place for place in await everything(session) if place.shop == shop}
    changed = []
    for place in sorted(told, key=lambda place: place.id):
        known = before.pop(place.id, None)
        if known is None:
            await link(session, shop, place.id, name=place.name)
            changed.append(f"{place.name} is new")
        elif known.name != place.name:
            changed.append(f"{known.name} is called {place.name} now")
        if known is None or (known.name, known.open) != (place.name, place.open):
            await _change(session, shop, place.id, name=place.name, open=place.open)
        if place.open is not (known is None or known.open):
            changed.append(f"{place.name} is {'open again' if place.open else 'closed'}")
    for gone in before.values():
        if gone.open:
            await _change(session, shop, gone.remote, open=False)
            changed.append(f"{gone.name} is there no more")
    return changed


async def _change(session: AsyncSession, shop: ShopId, remote: str, **values: Any) -> None:
    mine = (tables.locations.c.shop == shop) & (tables.locations.c.remote == remote)
    await session.execute(update(tables.locations).where(mine).values(**values))


async def open_own(session: AsyncSession, name: str) -> LocationId:
    """A place that no marketplace knows: what lies there is for sale only where no place counts.

    Raises:
        BadPlaceName: blank, or longer than a name is.
        PlaceTaken: there is one of that name.
    """
    require_transaction(session)
    if not 0 < len(" ".join(name.split())) <= NAME_CHARACTERS_MAX:
        raise BadPlaceName(
            f"{quoted(name)} is no name of a place: use 1 to {NAME_CHARACTERS_MAX} characters, such"
            " as Safe"
        )
    for one in await everything(session):
        if {_folded(name), _slug(name)} & {one.location, _folded(one.name)}:
            raise PlaceTaken(f"there is a place {one} already: `peg places` lists them")
    return await link(session, OWN, _slug(name), name=" ".join(name.split()))


async def named(session: AsyncSession, typed: str) -> LocationId:
    """The place that somebody typed: our word for it, or its name; case and spaces are slips.

    Raises:
        UnknownPlace: there is none, or there are several of that name.
    """
    known = await everything(session)
    found = {one.location for one in known if one.location == typed} or {
        one.location for one in known if _folded(typed) in {one.location, _folded(one.name)}
    }
    if len(found) == 1:
        return found.pop()
    if found:
        raise UnknownPlace(f"{quoted(typed)} may be {' or '.join(sorted(found))}: name one of them")
    guess = did_you_mean(typed, [one.name for one in known])
    raise UnknownPlace(
        f"no place is called {quoted(typed)}{guess}: there are {', '.join(map(str, known))}. A new"
        " place is made by `peg places add NAME`"
    )


async def everything(session: AsyncSession) -> Sequence[Place]:
    """Every place by name, `MAIN` last."""
    query = select(tables.locations).order_by(tables.locations.c.name, tables.locations.c.location)
    rows = (await session.execute(query)).mappings()
    return [
        *(Place(**row) for row in rows),
        Place(location=MAIN, name=MAIN, shop=OWN),
    ]


async def of_shop(session: AsyncSession, shop: ShopId) -> Mapping[str, LocationId]:
    """A shop's locations by the marketplace's id."""
    rows = (await session.execute(_OF_SHOP, {"of": shop})).mappings()
    return {row["remote"]: LocationId(row["location"]) for row in rows}


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _slug(name: str) -> str:
    return _NOT_A_LETTER.sub("-", name.lower()).strip("-")[:NAME_CHARACTERS_MAX] or "place"
