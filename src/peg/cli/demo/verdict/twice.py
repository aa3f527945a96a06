"""I5: a piece is sold twice only inside the window, and each such sale has its case."""

from collections.abc import Iterator
from datetime import timedelta

from peg.cli.demo.verdict.book import Book, Case
from peg.cli.demo.verdict.excuses import fewer_than_there_are, more_than_there_is
from peg.cli.demo.verdict.finding import Finding
from peg.cli.demo.verdict.raises import CLOCKS_APART
from peg.cli.demo.verdict.record import IN_PERSON, DoubleSale, Record
from peg.domain.counted import counted

OPENING = "opening"

UNKNOWABLE = ("untold", "untracked")
"""PEG could know nothing of it, or do nothing about it; the figures tell of each."""


def judge_double_sales(record: Record, book: Book) -> Finding:
    """Compare the marketplaces' double sales with the book's cases, both ways."""
    double = [one for one in record.double_sales if one.verdict not in UNKNOWABLE]
    sales = sum(one.what == "sold" for one in record.happened)
    cases = counted(len(book.cases), "case")
    broken, excused = [], []
    for sale in double:
        name = f"{book.sku(sale.piece)}, sold twice by {_buyer(sale.second)}"
        fault = _fault(sale, record, book)
        reason = _reason(sale, record, book) if fault else ""
        if reason:
            excused.append(f"{name}: {fault}: {reason}")
        elif fault:
            broken.append(f"{name}: {fault}")
    for name, reason in _cases_of_nothing(record, book):
        (excused if reason else broken).append(f"{name}: {reason}" if reason else name)
    return Finding(
        promise="I5 a piece is sold twice only inside the window, with a case",
        compared=f"{counted(sales, 'sale')}, {len(double)} of them double, and {cases}",
        broken=broken,
        excused=excused,
    )


def _buyer(who: str) -> str:
    return who if who == IN_PERSON else f"order {who}"


def _fault(sale: DoubleSale, record: Record, book: Book) -> str:
    if sale.verdict == "outside":
        return f"outside the window ({sale.because})"
    late = [
        (case.opened_at - sale.at).total_seconds()
        for case in book.cases
        if case.sku == book.sku(sale.piece) and _is_about(case, sale)
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
        unheard = not sale.first and more_than_there_is(record, book, sale.piece)
        return "a hand took it off that nobody could tell from a sale" if unheard else ""
    if sale.by_hand:
        return "no order took the last piece: it was taken by hand"
    believed = not sale.first or _has_too_many(record, book, sale.piece)
    if believed and more_than_there_is(record, book, sale.piece):
        return "there were fewer than PEG had a reason to believe in"
    if any(_went_early(order, sale, record) for order in (sale.first, sale.second)):
        return "one of both orders was cancelled, maybe before PEG first heard of it"
    return ""


def _has_too_many(record: Record, book: Book, piece: str) -> bool:
    """Whether the book still has more than lie there: to PEG, each buyer has a piece."""
    stock = book.stock.get(book.sku(piece))
    return stock is not None and stock.available > record.remaining[piece]


def _is_about(case: Case, sale: DoubleSale) -> bool:
    """Whether one of both buyers has a claim in it; one that was closed before is another's."""
    is_over = case.closed_at is not None and case.closed_at < sale.at - CLOCKS_APART
    return not is_over and bool(case.orders & {sale.first, sale.second})


def _went_early(order: str, sale: DoubleSale, record: Record) -> bool:
    """Whether an order was cancelled before its case was due."""
    went = [one.at for one in record.happened if one.what == "returned" and one.order == order]
    due = sale.at + timedelta(seconds=record.ceiling_s)
    return order in record.cancelled and min(went, default=sale.at) <= due


def _cases_of_nothing(record: Record, book: Book) -> Iterator[tuple[str, str]]:
    """Cases of pieces that were not sold twice, and why the book had too few; "" if it cries wolf.

    A piece of which the book may have fewer than lie there is oversold by the book alone, and one
    that was kept for somebody and sold at the same time is promised twice.
    """
    twice = {sale.piece for sale in record.double_sales}
    named = {book.sku(piece): piece for piece in record.at_first}
    for case in book.cases:
        piece = named.get(case.sku)
        if piece is None or piece not in twice:
            reason = fewer_than_there_are(record, book, piece) if piece else ""
            if piece and _had_come_back(case, piece, record):
                reason = "it had just come back, and its next sale was heard of first"
            reason = "it was kept for somebody when it was sold" if case.kept else reason
            yield f"{case.sku}: a case, and it was sold to nobody twice", reason


def _had_come_back(case: Case, piece: str, record: Record) -> bool:
    """Whether a case ended by itself once PEG heard of what had come back before it."""
    due = timedelta(seconds=record.ceiling_s)
    if case.closed_at is None or case.closed_at > case.opened_at + due:
        return False
    return any(
        one.what == "returned" and piece in one.pieces and one.at <= case.opened_at <= one.at + due
        for one in record.happened
    )
