"""I3: no offer is raised above what there is, and no raise leaves without its proof."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from peg.cli.demo.verdict.book import Attempt, Book, KnownOffer, Proof
from peg.cli.demo.verdict.excuses import covers, more_than_there_is
from peg.cli.demo.verdict.finding import Finding
from peg.cli.demo.verdict.record import BLIND, Happened, Record
from peg.domain.counted import counted
from peg.domain.identity import OfferId

CLOCKS_APART = timedelta(seconds=1)
"""Both clocks were compared by asking; the answer took its time."""

GOOD_FOR = timedelta(minutes=2)


def judge_raises(record: Record, book: Book) -> Finding:
    """Judge every raise that a marketplace saw: its proof, the shelf and the book at that time."""
    raises = [one for one in record.happened if one.raised]
    blind = [one for one in raises if _is_blind(one, record)]
    meant = [one for one in raises if one not in blind]
    return Finding(
        promise="I3 no offer is raised above what there is, or without proof",
        compared=f"{counted(len(raises), 'raise')} seen by the shops",
        broken=[fault for one in meant for fault in _faults(one, record, book)],
        excused=[f"{_name(one)}: what had just changed there was covered" for one in blind],
    )


def _is_blind(raised: Happened, record: Record) -> bool:
    """Etsy takes no condition: what changes between our read and our write at once is covered."""
    edits = (one for one in record.happened if one.what == "edited")
    return raised.by in BLIND or any(covers(raised, edit) for edit in edits)


def covering(happened: Happened, offer: OfferId, attempts: Sequence[Attempt]) -> list[Attempt]:
    """The stored attempts that may have done what a marketplace saw."""
    return [
        one
        for one in attempts
        if offer in one.quantities
        and one.begun_at - CLOCKS_APART <= happened.at
        and (one.ended_at is None or happened.at <= one.ended_at + CLOCKS_APART)
    ]


def _faults(raised: Happened, record: Record, book: Book) -> Iterator[str]:
    offer = book.offers.get(book.units.get(raised.key, OfferId(0)))
    if offer is None:
        return  # I7 tells of it
    name = _name(raised)
    tries = covering(raised, offer.id, book.attempts)
    proofs = [one.proofs[offer.id] for one in tries if offer.id in one.proofs]
    whole = [one for one in proofs if _is_whole(one, offer, raised.at, book)]
    if not whole:
        why = "with half a proof" if proofs else "without a proof"
        yield f"{name}: raised from {raised.before} to {raised.buyable} {why}"
        return
    since = min(one.begun_at for one in whole) - CLOCKS_APART
    there_were = _on_shelf(raised, record, book, since)
    if raised.buyable > there_were:
        yield f"{name}: raised to {raised.buyable}, {there_were} lay there"
    begun = min(one.begun_at for one in tries) - CLOCKS_APART
    allowed = _by_book(offer, book, begun, raised.at + CLOCKS_APART)
    if raised.buyable > allowed:
        yield f"{name}: raised to {raised.buyable}, the book allowed {allowed}"


def _name(raised: Happened) -> str:
    return f"{raised.market} {raised.unit} at {raised.at:%H:%M:%S}"


def _is_whole(proof: Proof, offer: KnownOffer, at: datetime, book: Book) -> bool:
    """Every offer of the same items read after it was begun, and all orders after that."""
    witnesses = [
        one
        for one in book.offers.values()
        if one.tracked and not one.gone and one.needs.keys() & offer.needs.keys()
    ]
    is_fresh = at - proof.begun_at <= GOOD_FOR + CLOCKS_APART
    return is_fresh and all(
        one.id in proof.readings
        and one.shop in proof.orders
        and proof.begun_at <= proof.readings[one.id] <= proof.orders[one.shop]
        for one in witnesses
    )


def _on_shelf(raised: Happened, record: Record, book: Book, since: datetime) -> int:
    """How many could be sold since the proof was begun; what was sold after that nobody knew."""
    could = []
    for piece, count in raised.pieces.items():
        left = [(one.at, one.remaining[piece]) for one in record.happened if piece in one.remaining]
        most = _highest(record.at_first[piece], left, since, raised.at)
        could.append((most + more_than_there_is(record, book, piece)) // count)
    return max(0, min(could))


def _by_book(offer: KnownOffer, book: Book, since: datetime, until: datetime) -> int:
    """How many the book allowed at any time while the write was decided and sent."""
    could = []
    for sku, need in offer.needs.items():
        had = [(one.at, one.available) for one in book.moves if one.sku == sku]
        could.append(_highest(0, had, since, until) // need)
    return max(0, min(could))


def _highest(
    first: int, steps: Iterable[tuple[datetime, int]], since: datetime, until: datetime
) -> int:
    """The highest figure that held at any time between two moments."""
    before, between = first, []
    for at, figure in steps:
        if at < since:
            before = figure
        elif at <= until:
            between.append(figure)
    return max([before, *between])
