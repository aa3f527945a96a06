"""What the verdict on a rehearsal says, by invariant."""

from peg.cli.demo.verdict.book import Book
from peg.cli.demo.verdict.judge import judge_all
from peg.cli.demo.verdict.record import Record

Told = tuple[Record, Book]


def broken(told: Told) -> dict[str, list[str]]:
    return {one.promise[:2]: list(one.broken) for one in judge_all(*told) if one.broken}


def excused(told: Told) -> dict[str, str]:
    return {one.promise[:2]: "; ".join(one.excused) for one in judge_all(*told) if one.excused}
