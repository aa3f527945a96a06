"""I5: a piece is sold twice only inside the window, and each such sale has its case."""

from collections.abc import Iterator

from peg.cli.demo.verdict.book import Book
from peg.cli.demo.verdict.excuses import more_than_there_is
from peg.cli.demo.verdict.finding import Finding
from peg.cli.demo.verdict.record import DoubleSale, Record

OPENING = "opening"


def judge_double_sales(record: Record, book: Book) -> Finding:
    """Compare the marketplaces' double sales with the book's cases, both ways."""
    counted = [one for one in record.double_sales if one.verdict != "untracked"]
    sales = sum(one.what == "sold" for one in record.happened)
    broken, excused = [], []
    for sale in counted:
        name = f"{book.sku(sale.piece)}, sold twice by order {sale.second}"
        fault = _fault(sale, record, book)
        reason = _reason(sale, record, book) if fault else ""
        if reason:
            excused.append(f"{name}: {fault}: {reason}")
        elif fault:
            broken.append(f"{name}: {fault}")
    return Finding(
        promise="I5 a piece is sold twice only inside the window, with a case",
        compared=f"{sales} sales, {len(counted)} of them double, and {len(book.cases)} cases",
        broken=[*broken, *_cases_of_nothing(record, book)],
        excused=excused,
    )


def _fault(sale: DoubleSale, record: Record, book: Book) -> str:
    if sale.verdict == "outside":
        return f"outside the window ({sale.because})"
    late = [
        (case.opened_at - sale.at).total_seconds()
        for case in book.cases
        if case.sku == book.sku(sale.piece)
    ]
    if not late:
        return "no case was opened"
    if min(late) > record.ceiling_s:
        return f"its case was opened {min(late):.0f} s later"
    return ""


def _reason(sale: DoubleSale, record: Record, book: Book) -> str:
    """Why nobody could have done better; "" where that is not so."""
    if sale.because == OPENING and more_than_there_is(record, book, sale.piece):
        return "the shop began with more than there were, and nothing told PEG"
    if sale.verdict == "outside":
        return ""
    if not sale.first:
        return "no order took the last piece: it was taken by hand, or never there"
    if {sale.first, sale.second} & record.cancelled:
        return "one of both orders was cancelled, maybe before PEG first heard of it"
    return ""


def _cases_of_nothing(record: Record, book: Book) -> Iterator[str]:
    """Cases of pieces that were not sold twice: the book is wrong, or cries wolf."""
    twice = {book.sku(sale.piece) for sale in record.double_sales}
    for case in book.cases:
        if case.sku not in twice:
            yield f"{case.sku}: a case, and it was sold to nobody twice"
