"""I6: a delivery that was acknowledged is never lost."""

from peg.cli.demo.verdict.book import Book
from peg.cli.demo.verdict.finding import Finding
from peg.cli.demo.verdict.record import Record


def judge_deliveries(record: Record, book: Book) -> Finding:
    """Look in the inbox for everything that the marketplaces were told was received."""
    lost = sorted(record.acknowledged - book.inbox)
    broken = [f"{market} delivery {name}: acknowledged and not kept" for market, name in lost]
    broken += [f"{one}: acknowledged while nothing could be kept" for one in record.hasty]
    if record.forged:
        broken.append(f"{record.forged} deliveries of a stranger were acknowledged")
    if book.unhandled:
        broken.append(f"{book.unhandled} kept deliveries were not worked on")
    return Finding(
        promise="I6 no acknowledged delivery is lost",
        compared=f"{len(record.acknowledged)} acknowledged deliveries",
        broken=broken,
    )
