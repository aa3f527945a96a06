"""Variations that somebody renamed on Etsy: known by their SKU, and cared for as before.

Etsy's own ids change at every write, so that a variation is known by its property values. Renamed,
it is a stranger, and PEG's offer is not found any more: sold elsewhere, the piece would go on being
sold under its new name. Where one whole reading of a listing lacks one variation and shows one that
nobody knows, with the very same SKU, and no other has that, the offer takes the new name along with
all that is known of it. So it does where names shift, as when sizes are set right by one: a name
that shows the SKU of another offer goes over to that one, if the offer that had it has a new name
as well. A reading that is not whole proves nothing: what it lacks may be there.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.bus.outbox import stage
from peg.catalog import mirror, offers
from peg.catalog.expectation import Expectation
from peg.catalog.offers import Offer
from peg.catalog.renaming import NewName, rename
from peg.domain.identity import Channel, OfferRef, ShopId
from peg.domain.messages import Alert, OfferDrifted
from peg.domain.offer import Reading, Shelf
from peg.domain.offer_name import variant_told
from peg.intake.orders import take_in_waiting
from peg.intake.patience import Patience
from peg.intake.readings import Basis, basis_of

log = structlog.get_logger()

Listing = tuple[ShopId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """One offer, and the reading that shows it under another name."""

    offer: Offer
    reading: Reading

    @property
    def name(self) -> NewName:
        """What its marketplace calls it now."""
        return NewName(ref=self.reading.ref, options=self.reading.options)

    @property
    def sentence(self) -> str:
        """From what to what."""
        now = variant_told(self.reading.options) or "without a variation"
        was = variant_told(self.offer.options) or "without a variation"
        return f"{was} → {now} (SKU {self.reading.sku})"


def find(known: Sequence[Offer], shown: Sequence[Reading]) -> Sequence[Renamed]:
    """The renamed among the offers of one listing, by all that stands in it; pure.

    One that was given up counts where no other has its SKU. A name that another offer goes by is
    taken only if that one goes by another now, too, or was given up.
    """
    by_ref = {offer.ref: offer for offer in known}
    found = [one for reading in shown if (one := _renamed(known, shown, reading)) is not None]
    while True:
        leaving = {one.offer.ref for one in found}
        free = [
            one
            for one in found
            if one.reading.ref in leaving or _gives_way(by_ref.get(one.reading.ref), one.reading)
        ]
        if len(free) == len(found):
            return found
        found = free


def _renamed(known: Sequence[Offer], shown: Sequence[Reading], reading: Reading) -> Renamed | None:
    """Whose new name it is that a reading shows, if its SKU leaves no doubt."""
    alike = [offer for offer in known if reading.sku and offer.sku_as_typed == reading.sku]
    alike = [offer for offer in alike if not offer.gone] or alike
    if len(alike) != 1 or sum(other.sku == reading.sku for other in shown) != 1:
        return None
    (offer,) = alike
    at_its_name = next((other for other in shown if other.ref == offer.ref), None)
    if not offer.components or (at_its_name is not None and _may_be(offer, at_its_name)):
        return None
    return Renamed(offer=offer, reading=reading)


def _gives_way(at_the_name: Offer | None, reading: Reading) -> bool:
    """Nobody goes by the name, or one that was given up, and that the reading does not show."""
    return at_the_name is None or (at_the_name.gone and not _may_be(at_the_name, reading))


def _may_be(offer: Offer, reading: Reading) -> bool:
    """What is called as an offer may be it still: it has its SKU, or that of its piece, or none.

    Who matched pieces by hand and sets their SKUs right afterwards has renamed nothing.
    """
    return not reading.sku or offer.may_be_typed(reading.sku)


def chains(found: Sequence[Renamed]) -> Sequence[Sequence[Renamed]]:
    """Those that take each other's names belong together: all of them are renamed, or none."""
    together: list[list[Renamed]] = []
    for one in found:
        names = {one.offer.ref, one.reading.ref}
        beside = [
            chain
            for chain in together
            if any(not names.isdisjoint((other.offer.ref, other.reading.ref)) for other in chain)
        ]
        together = [chain for chain in together if chain not in beside]
        together.append([*(other for chain in beside for other in chain), one])
    return together


async def follow(
    session: AsyncSession,
    readings: Sequence[Reading],
    basis: Basis,
    *,
    patience: Patience,
    now: datetime,
) -> Basis:
    """Rename the offers that were, by readings that tell all of their listings.

    What was sold by a name that PEG did not know for theirs yet is taken off the right ones.

    Returns the basis to judge those readings by. What changed since they began, or is being
    written, is left for the next reading, and with it those whose names hang together with its.
    """
    carried = dict(basis)
    for listing, shown in (await _with_strangers(session, readings)).items():
        renamed: list[Renamed] = []
        for chain in chains(find(await offers.of_listing(session, *listing), shown)):
            ids = [one.offer.id for one in chain]
            expected = await mirror.expected_of(session, ids)
            if all(_is_as_it_was(expected.get(one, {}), basis.get(one)) for one in ids):
                await _carry_over(session, chain, now=now)
                renamed += chain
        if renamed:
            carried |= await basis_of(session, [one.offer.id for one in renamed])
            # After that: a reading may have begun before the sale that is heard of here.
            called = [one.reading.ref for one in renamed]
            await take_in_waiting(session, called, patience=patience, now=now)
            await _tell(session, listing, renamed, now=now)
    return carried


async def not_followed(session: AsyncSession, readings: Sequence[Reading]) -> AbstractSet[Listing]:
    """Listings of which some offers are known by former names still: `follow` had to wait."""
    return {
        listing
        for listing, shown in (await _with_strangers(session, readings)).items()
        if find(await offers.of_listing(session, *listing), shown)
    }


async def _with_strangers(
    session: AsyncSession, readings: Sequence[Reading]
) -> Mapping[Listing, Sequence[Reading]]:
    """By listing all that stands in those of Etsy where something has a SKU that is new to it."""
    there = [
        one for one in readings if one.ref.channel is Channel.ETSY and one.shelf is not Shelf.GONE
    ]
    known = await offers.by_refs(session, [one.ref for one in there])
    strange = {
        _listing(one.ref)
        for one in there
        if one.sku and (one.ref not in known or known[one.ref].sku_as_typed != one.sku)
    }
    by_listing: dict[Listing, list[Reading]] = {listing: [] for listing in sorted(strange)}
    for one in there:
        if _listing(one.ref) in by_listing:
            by_listing[_listing(one.ref)].append(one)
    return by_listing


def _listing(ref: OfferRef) -> Listing:
    return ref.shop, ref.listing


def _is_as_it_was(expected: Mapping[str, Expectation], versions: Mapping[str, int] | None) -> bool:
    """Nothing was heard of it since the reading began, and no write of ours is under way."""
    if versions is None or {place: row.version for place, row in expected.items()} != versions:
        return False
    return all(row.pending is None or row.unanswered for row in expected.values())


async def _carry_over(session: AsyncSession, chain: Sequence[Renamed], *, now: datetime) -> None:
    names = {one.offer.id: one.name for one in chain}
    holding = await offers.by_refs(session, [one.reading.ref for one in chain])
    given_up = [offer.id for offer in holding.values() if offer.id not in names]
    await rename(session, names, nameless=given_up)
    for one in chain:
        offer, ref = one.offer, one.reading.ref
        await stage(session, OfferDrifted(shop=ref.shop, offer=offer.id), now=now)
        log.info(
            "offer.renamed", offer=offer.id, shop=ref.shop, was=offer.ref.variant, now=ref.variant
        )


async def _tell(
    session: AsyncSession, listing: Listing, renamed: Sequence[Renamed], *, now: datetime
) -> None:
    """One alert for a listing: who renames one size renames them all."""
    shop, number = listing
    names = ", ".join(one.sentence for one in renamed)
    sentence = (
        f"{renamed[0].offer.title!r}: variation renamed on {renamed[0].offer.ref.channel}: {names}."
        " The SKU is the same, so PEG sees to it under its new name as before; there is nothing to"
        " do. If it is another piece now, give it a SKU of its own there and run `peg import`"
    )
    alert = Alert(name="variation_renamed", subject=f"{shop}/{number}", sentence=sentence)
    await tell(session, alert, now=now)
