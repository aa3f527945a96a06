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
    """Since PEG first found them; or since before, if only that makes their first figures agree.

    Then one had sold already what the others showed still, and sold in turn: nobody had taken that
    off by hand. Where nothing was sold since, a person is asked about the difference.
    """
    all_known = max(one.at for one in first.values())
    since, ever = {}, {}
    for ref, found in first.items():
        lines = sold.get(ref, ())
        early = sum(line.units for line in lines if line.created_at < found.at)
        units = sum(line.units for line in lines) - early
        unheard = sum(line.units for line in lines if line.created_at >= all_known)
        since[ref.shop] = SoldUnmatched(first=found.shown, sold=units, unheard=unheard)
        before = None if found.shown is None else found.shown + early
        everything = early + units
        ever[ref.shop] = SoldUnmatched(first=before, sold=everything, unheard=everything)
    is_sold = any(one.sold for one in since.values())
    return ever if is_sold and _agree(ever) and not _agree(since) else since


def _agree(history: Mapping[ShopId, SoldUnmatched]) -> bool:
    return len({one.first for one in history.values()}) == 1
