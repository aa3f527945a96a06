"""I7, as far as stock goes: every write was stored before it left, with what stood there."""

from collections.abc import Iterator

from peg.cli.demo.verdict.book import Book
from peg.cli.demo.verdict.finding import Finding
from peg.cli.demo.verdict.raises import covering
from peg.cli.demo.verdict.record import Happened, Record
from peg.domain.counted import counted

REPLACED_WHOLE = "etsy"
"""Where a write replaces a whole listing; elsewhere each figure is compared with its former one."""


def judge_writes(record: Record, book: Book) -> Finding:
    """Find the stored attempt behind every change of PEG's that a marketplace saw."""
    changes = [one for one in record.happened if one.by_app]
    broken = [fault for one in changes for fault in _faults(one, book)]
    return Finding(
        promise="I7 every write was stored before, with what stood there",
        compared=f"{counted(len(changes), 'change')} seen by the shops",
        broken=[*broken, *record.reworded],
    )


def _faults(change: Happened, book: Book) -> Iterator[str]:
    name = f"{change.market} {change.unit} at {change.at:%H:%M:%S}"
    offer = book.units.get(change.key)
    tries = covering(change, offer, book.attempts) if offer is not None else []
    if not tries:
        yield f"{name}: from {change.before} to {change.buyable}, and no attempt was stored"
    elif (
        change.market == REPLACED_WHOLE
        and change.buyable
        and not any(one.kept_before for one in tries)
    ):
        yield f"{name}: the listing was replaced, and what stood there was not kept"
