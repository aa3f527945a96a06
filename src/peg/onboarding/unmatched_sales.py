"""What is kept of the sales of offers while they had no piece."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import findings
from peg.catalog.findings import FirstFound
from peg.catalog.offers import Offer
from peg.domain.baseline import Baseline, Inside
from peg.domain.identity import OfferRef, ShopId
from peg.domain.offer import Reading
from peg.ledger import kept
from peg.ledger.kept import Waiting
from peg.onboarding.sold_unmatched import SoldUnmatched


async def histories(
    session: AsyncSession,
    groups: Sequence[Sequence[OfferRef]],
    known: Mapping[OfferRef, Offer],
    readings: Mapping[OfferRef, Reading],
) -> list[Mapping[ShopId, SoldUnmatched]]:
    """For each group of offers that sell one piece, what each shop sold; none for a new offer.

    Args:
        session: any.
        groups: the offers of each piece, one of each shop.
        known: those that PEG had found before.
        readings: what all of them show now.
    """
    met_before = [len(group) > 1 and all(ref in known for ref in group) for group in groups]
    refs = [ref for group, met in zip(groups, met_before, strict=True) if met for ref in group]
    first = await findings.first_of(session, [known[ref].id for ref in refs])
    sold: dict[OfferRef, list[Waiting]] = defaultdict(list)
    for line in await kept.waiting_lines(session, refs):
        inside = Baseline.of(readings[line.ref]).holds(line.created_at, heard_at=line.heard_at)
        if inside is Inside.YES:
            sold[line.ref].append(line)
    return [
        _history({ref: first[known[ref].id] for ref in group}, sold) if met else {}
        for group, met in zip(groups, met_before, strict=True)
    ]


def _history(
    first: Mapping[OfferRef, FirstFound], sold: Mapping[OfferRef, Sequence[Waiting]]
) -> dict[ShopId, SoldUnmatched]:
    all_known = max(one.at for one in first.values())
    return {
        ref.shop: SoldUnmatched(
            first=found.shown,
            sold=_units(sold.get(ref, ()), since=found),
            unheard=sum(line.units for line in sold.get(ref, ()) if line.created_at >= all_known),
        )
        for ref, found in first.items()
    }


def _units(lines: Sequence[Waiting], *, since: FirstFound) -> int:
    return sum(line.units for line in lines if line.created_at >= since.at)
