"""I2: every order line of a marketplace is applied exactly once."""

from collections.abc import Iterator, Mapping

from peg.cli.demo.verdict.book import Book, KeptLine, LineKey, States
from peg.cli.demo.verdict.finding import Finding
from peg.cli.demo.verdict.record import Pieces, Record, SoldLine
from peg.domain.counted import counted
from peg.domain.identity import Sku


def judge_lines(record: Record, book: Book) -> Finding:
    """Compare each line that was sold with what was kept, applied and posted for it."""
    sold = {(one.market, one.order, one.line): one for one in record.lines}
    orders = {key[:2] for key in sold}
    parts = {unit.key: unit.pieces for unit in record.units}
    broken = [f"{_name(key)}: no marketplace knows it" for key in sorted(book.lines.keys() - sold)]
    excused = []
    for key, line in sorted(sold.items()):
        kept = book.lines.get(key)
        if kept is None:
            broken.append(f"{_name(key)}: is not in the book")
        elif kept.resolved:
            broken += _faults(line, kept, _needs(parts[line.market, line.unit], book))
        else:
            excused.append(f"{_name(key)}: a person is asked what was sold")
    return Finding(
        promise="I2 every order line counts once",
        compared=f"{counted(len(sold), 'line')} of {counted(len(orders), 'order')}",
        broken=[*broken, *_posted_otherwise(book)],
        excused=excused,
    )


def _needs(pieces: Pieces, book: Book) -> Mapping[Sku, int]:
    return {book.sku(piece): count for piece, count in pieces.items()}


def _faults(line: SoldLine, kept: KeptLine, needs: Mapping[Sku, int]) -> Iterator[str]:
    name = _name((line.market, line.order, line.line))
    told = States(open=line.open, restocked=line.restocked, gone=line.gone)
    if kept.told != told:
        yield f"{name}: {_said(told)} on the marketplace, {_said(kept.told)} in the book"
    for sku, need in needs.items():
        applied = kept.applied.get(sku, States(open=0))
        if applied != told.times(need):
            yield f"{name}: {_said(told.times(need))} {sku} sold, {_said(applied)} applied"
    for sku in sorted(kept.applied.keys() - needs):
        yield f"{name}: took {sku}, which it did not sell"


def _posted_otherwise(book: Book) -> Iterator[str]:
    """Orders whose entries are not what was applied of their lines."""
    applied: dict[tuple[str, str, Sku], int] = {}
    for (market, order, _), kept in book.lines.items():
        for sku, states in kept.applied.items():
            key = (market, order, sku)
            applied[key] = applied.get(key, 0) + states.open
    for key in sorted(applied.keys() | book.posted):
        wanted, posted = applied.get(key, 0), book.posted.get(key, 0)
        if wanted != posted:
            market, order, sku = key
            yield f"{market} order {order}: {wanted} {sku} to be shipped, {posted} posted"


def _name(key: LineKey) -> str:
    return "{} order {}, line {}".format(*key)


def _said(states: States) -> str:
    return f"{states.open} open, {states.gone} gone and {states.restocked} restocked"
