"""I6: a delivery that was acknowledged is never lost."""

from peg.cli.demo.verdict.book import Book
from peg.cli.demo.verdict.finding import Finding
from peg.cli.demo.verdict.record import Record
from peg.domain.counted import counted


def judge_deliveries(record: Record, book: Book) -> Finding:
    """Look in the inbox for everything that the marketplaces were told was received."""
    lost = sorted(record.acknowledged - book.inbox)
    broken = [f"{market} delivery {name}: acknowledged and not kept" for market, name in lost]
    broken += [f"{one}: acknowledged while nothing could be kept" for one in record.hasty]
    if record.forged:
        forged = counted(record.forged, "delivery", "deliveries")
        broken.append(f"of a stranger {forged} acknowledged")
    if book.unhandled:
        kept = counted(book.unhandled, "kept delivery was", "kept deliveries were")
        broken.append(f"{kept} not worked on")
    many = len(record.acknowledged)
    return Finding(
        promise="I6 no acknowledged delivery is lost",
        compared=counted(many, "acknowledged delivery", "acknowledged deliveries"),
        broken=broken,
    )
