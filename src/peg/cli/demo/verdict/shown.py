"""I4: every offer shows what the book allows, within a bounded time and without a person."""

from collections.abc import Iterator
from dataclasses import dataclass

from peg.cli.demo.verdict.book import Book, KnownOffer
from peg.cli.demo.verdict.excuses import more_than_there_is
from peg.cli.demo.verdict.finding import Finding
from peg.cli.demo.verdict.record import UNCOUNTED, Record, Unit
from peg.domain.counted import counted


@dataclass(frozen=True, slots=True)
class Shown:
    """A unit that PEG answers for, as it is known to PEG."""

    unit: Unit
    offer: KnownOffer
    book: Book

    @property
    def allowed(self) -> int:
        """How many the book allows of it."""
        needs = self.offer.needs.items()
        in_all = min(self.book.stock[sku].available // need for sku, need in needs)
        by_place = self.offer.by_place
        return max(0, in_all if by_place is None else min(in_all, by_place))

    @property
    def reason(self) -> str:
        """Why it may show less; "" where nothing excuses it."""
        if self.offer.parked:
            return "a person took it off sale"
        if self.book.asked & {str(self.offer.id), *self.offer.needs}:
            return "a person is asked, and the lower figure holds meanwhile"
        return " and ".join(self.offer.why) if self.offer.target == self.unit.buyable else ""

    @property
    def is_excused(self) -> bool:
        """Whether it shows less, and why is known."""
        return self.unit.buyable < self.allowed and bool(self.reason)

    def __str__(self) -> str:
        return f"{_name(self.unit)}: shows {self.unit.buyable}, the book allows {self.allowed}"


def judge_shown(record: Record, book: Book) -> Finding:
    """Compare what visitors can buy of each unit with what the book allows of it."""
    driven = [one for one in _known(record, book) if one.offer.tracked and not one.offer.gone]
    mapped = [one for one in driven if one.offer.needs]
    wrong = [one for one in mapped if one.unit.buyable != one.allowed and not one.is_excused]
    return Finding(
        promise="I4 every offer shows what the book allows",
        compared=f"what can be bought of {counted(len(mapped), 'offer')}",
        broken=[
            *map(str, wrong),
            *_given_up(record, book),
            *_taken_for_others(record, book),
            *_too_late(record, book),
            *_too_many(record, book),
        ],
        excused=[f"{one}: {one.reason}" for one in mapped if one.is_excused],
    )


def _known(record: Record, book: Book) -> Iterator[Shown]:
    for unit in record.units:
        if unit.key in book.units:
            yield Shown(unit, book.offers[book.units[unit.key]], book)


def _given_up(record: Record, book: Book) -> Iterator[str]:
    """Units that can be bought and that PEG takes for deleted: it would not take them off sale."""
    for one in _known(record, book):
        if one.offer.gone and one.offer.needs and one.unit.buyable > 0:
            yield f"{_name(one.unit)}: shows {one.unit.buyable}, and PEG takes it for deleted"


def _taken_for_others(record: Record, book: Book) -> Iterator[str]:
    """Units whose offer takes other pieces than the jeweller sells there."""
    known = {one.unit.key: one.offer for one in _known(record, book)}
    for unit in record.units:
        sells = {book.sku(piece): count for piece, count in unit.pieces.items()}
        takes = dict(known[unit.key].needs) if unit.key in known else None
        if sells != takes:
            yield f"{_name(unit)}: sells {sells}, and PEG takes it for {takes or 'nothing'}"


def _too_late(record: Record, book: Book) -> Iterator[str]:
    if not book.settled:
        yield "not everything came to rest in time"
    if waiting := record.waiting - {
        one.key for one in record.too_many if _is_told(record, book, one)
    }:
        still = counted(len(waiting), "offer still shows", "offers still show")
        yield f"{still} what was sold elsewhere"
    if record.slowest_s is not None and record.slowest_s > record.ceiling_s:
        late, most = record.slowest_s, record.ceiling_s
        yield f"a sale was followed after {late:.1f} s: {most:g} s are allowed"
    yield from (f"{one}: differs from its target" for one in book.off_target)
    yield from book.untold
    if book.undelivered:
        yield f"{counted(book.undelivered, 'message was', 'messages were')} not delivered"


def _too_many(record: Record, book: Book) -> Iterator[str]:
    """What can be sold twice right now: by the shelf, whatever the book says."""
    for unit in record.too_many:
        if not _is_told(record, book, unit) and unit.buyable < UNCOUNTED:
            there_are = _lie_there(record, book, unit)
            yield f"{_name(unit)}: shows {unit.buyable}, {there_are} lie there"


def _is_told(record: Record, book: Book, unit: Unit) -> bool:
    """Whether it shows no more than anybody could have told PEG of."""
    return unit.buyable <= _lie_there(record, book, unit)


def _lie_there(record: Record, book: Book, unit: Unit) -> int:
    """Units there are of it, with those that PEG has a reason to believe in."""
    there_are = min(
        (record.remaining[piece] + more_than_there_is(record, book, piece)) // count
        for piece, count in unit.pieces.items()
    )
    return max(0, there_are)


def _name(unit: Unit) -> str:
    return f"{unit.market} {unit.unit}"
