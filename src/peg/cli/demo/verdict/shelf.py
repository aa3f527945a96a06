"""I1: the book adds up, and it is what lies on the shelf."""

from collections.abc import Iterator

from peg.cli.demo.verdict.book import Book
from peg.cli.demo.verdict.excuses import excuses, fits
from peg.cli.demo.verdict.finding import Finding
from peg.cli.demo.verdict.record import Record
from peg.domain.counted import counted


def judge_shelf(record: Record, book: Book) -> Finding:
    """Compare every piece on the shelf with what the book says is available of it."""
    broken = [f"{sku}: its entries do not add up" for sku in book.wrong_sums]
    broken += _below_zero(book)
    excused = []
    for piece, sku in sorted(book.names.items()):
        available, lie_there = book.stock[sku].available, record.remaining[piece]
        if available == lie_there:
            continue
        sentence = f"{sku}: the book has {available}, {lie_there} lie there"
        reasons = excuses(record, book, piece)
        if fits(available - lie_there, reasons):
            why = " and ".join(one.reason for one in reasons)
            excused.append(f"{sentence}: {why}")
        else:
            broken.append(sentence)
    return Finding(
        promise="I1 the book adds up, and is what lies on the shelf",
        compared=f"{counted(len(book.names), 'piece')} counted",
        broken=broken,
        excused=excused,
    )


def _below_zero(book: Book) -> Iterator[str]:
    known = {case.sku for case in book.cases if case.open}
    for sku, stock in sorted(book.stock.items()):
        if stock.oversold != max(0, -stock.available):
            yield f"{sku}: {stock.available} available, and {stock.oversold} said to be oversold"
        if stock.available < 0 and sku not in known:
            yield f"{sku}: {stock.available} available, and no open case"
