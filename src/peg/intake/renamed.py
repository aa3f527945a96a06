"""Variations that somebody renamed on Etsy: known by their SKU, and cared for as before.

Etsy's own ids change at every write, so that a variation is known by its property values. Renamed,
it is a stranger, and PEG's offer is not found any more: sold elsewhere, the piece would go on being
sold under its new name. Where one whole reading of a listing lacks one variation and shows one that
nobody knows, with the very same SKU, and no other has that, the offer takes the new name along with
all that is known of it. A reading that is not whole proves nothing: what it lacks may be there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.bus.outbox import stage
from peg.catalog import mirror, offers
from peg.catalog.expectation import Expectation
from peg.catalog.offers import Offer
from peg.catalog.renaming import rename
from peg.domain.identity import Channel, OfferRef, ShopId
from peg.domain.messages import Alert, OfferDrifted
from peg.domain.offer import Reading, Shelf
from peg.domain.offer_name import variant_told
from peg.intake.readings import Basis, basis_of

log = structlog.get_logger()

Listing = tuple[ShopId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """One offer, and the reading that shows it under another name."""

    offer: Offer
    reading: Reading

    @property
    def sentence(self) -> str:
        """From what to what."""
        now = variant_told(self.reading.options) or "without a variation"
        was = variant_told(self.offer.options) or "without a variation"
        return f"{was} → {now} (SKU {self.reading.sku})"


def find(known: Sequence[Offer], shown: Sequence[Reading]) -> Sequence[Renamed]:
    """The renamed among the offers of one listing, by all that stands in it; pure.

    One that was given up counts where no other with its SKU is missing.
    """
    refs, there = {offer.ref for offer in known}, {reading.ref for reading in shown}
    missing = [offer for offer in known if offer.components and offer.ref not in there]
    found = []
    for reading in shown:
        alike = [offer for offer in missing if offer.sku_as_typed == reading.sku]
        alike = [offer for offer in alike if not offer.gone] or alike
        is_alone = sum(other.sku == reading.sku for other in shown) == 1
        if reading.sku and reading.ref not in refs and is_alone and len(alike) == 1:
            found.append(Renamed(offer=alike[0], reading=reading))
    return found


async def follow(
    session: AsyncSession, readings: Sequence[Reading], basis: Basis, *, now: datetime
) -> Basis:
    """Rename the offers that were, by readings that tell all of their listings.

    Returns the basis to judge those readings by. What changed since they began, or is being
    written, is left for the next reading.
    """
    carried = dict(basis)
    for listing, shown in (await _with_strangers(session, readings)).items():
        renamed = []
        for one in find(await offers.of_listing(session, *listing), shown):
            expected = (await mirror.expected_of(session, [one.offer.id])).get(one.offer.id, {})
            if _is_as_it_was(expected, basis.get(one.offer.id)):
                await _carry_over(session, one, now=now)
                carried |= await basis_of(session, [one.offer.id])
                renamed.append(one)
        if renamed:
            await _tell(session, listing, renamed, now=now)
    return carried


async def _with_strangers(
    session: AsyncSession, readings: Sequence[Reading]
) -> Mapping[Listing, Sequence[Reading]]:
    """By listing all that stands in those of Etsy where nobody knows something with a SKU."""
    there = [
        one for one in readings if one.ref.channel is Channel.ETSY and one.shelf is not Shelf.GONE
    ]
    known = await offers.by_refs(session, [one.ref for one in there])
    strange = {_listing(one.ref) for one in there if one.sku and one.ref not in known}
    return {
        listing: [one for one in there if _listing(one.ref) == listing]
        for listing in sorted(strange)
    }


def _listing(ref: OfferRef) -> Listing:
    return ref.shop, ref.listing


def _is_as_it_was(expected: Mapping[str, Expectation], versions: Mapping[str, int] | None) -> bool:
    """Nothing was heard of it since the reading began, and no write of ours is under way."""
    if versions is None or {place: row.version for place, row in expected.items()} != versions:
        return False
    return all(row.pending is None or row.unanswered for row in expected.values())


async def _carry_over(session: AsyncSession, one: Renamed, *, now: datetime) -> None:
    offer, ref = one.offer, one.reading.ref
    await rename(session, offer.id, ref, one.reading.options)
    await stage(session, OfferDrifted(shop=ref.shop, offer=offer.id), now=now)
    log.info("offer.renamed", offer=offer.id, shop=ref.shop, was=offer.ref.variant, now=ref.variant)


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
