"""I8: no secret stands anywhere in clear."""

from peg.cli.demo.verdict.book import Book
from peg.cli.demo.verdict.finding import Finding
from peg.cli.demo.verdict.record import Record
from peg.domain.counted import counted


def judge_leaks(record: Record, book: Book) -> Finding:
    """Look for every secret in everything that this run wrote; found ones are not repeated here."""
    found = [
        f"{name}: holds a secret of {len(secret)} characters"
        for name, text in sorted(book.traces.items())
        for secret in sorted(record.secrets)
        if secret.encode() in text
    ]
    size = sum(len(text) for text in book.traces.values()) // 1000
    return Finding(
        promise="I8 no secret stands in the log, the database or these figures",
        compared=f"{counted(len(record.secrets), 'secret')}, looked for in {size} kB",
        broken=found,
    )
