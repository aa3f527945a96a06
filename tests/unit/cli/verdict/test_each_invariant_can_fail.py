"""The rehearsal's verdict can fail: each fact spoilt breaks its invariant, and no other."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.support import good_rehearsal as good
from tests.support.good_rehearsal import CHAIN, OPAL, RING, second

from peg.cli.demo.verdict.book import Attempt, Book, Case, KeptLine, States, Stock
from peg.cli.demo.verdict.judge import judge_all
from peg.cli.demo.verdict.record import DoubleSale, Happened, Record, Unit
from peg.domain.identity import Sku

RAISE = 8
"""Where the story tells of the ring that goes back on sale on Etsy."""

Spoilt = tuple[Record, Book]
Spoiling = Callable[[Record, Book], Spoilt]


def test_a_good_rehearsal_holds_every_invariant_and_excuses_nothing() -> None:
    findings = judge_all(good.good_record(), good.good_book())

    assert [one.promise.partition(" ")[0] for one in findings] == [f"I{n}" for n in range(1, 9)]
    assert [(one.promise, one.broken, one.excused) for one in findings if one.broken] == []
    assert [one.excused for one in findings if one.excused] == []


def by_record(**changed: object) -> Spoiling:
    return lambda record, book: (replace(record, **changed), book)  # type: ignore[arg-type] # named in the table


def by_book(**changed: object) -> Spoiling:
    return lambda record, book: (record, replace(book, **changed))  # type: ignore[arg-type] # the same


def line(key: tuple[str, str, str], kept: KeptLine | None) -> Spoiling:
    def spoil(record: Record, book: Book) -> Spoilt:
        others = {name: one for name, one in book.lines.items() if name != key}
        return record, replace(book, lines=others | ({key: kept} if kept else {}))

    return spoil


def attempt(number: int, **changed: object) -> Spoiling:
    """Change one stored write; without changes it is missing."""

    def spoil(record: Record, book: Book) -> Spoilt:
        kept: list[Attempt] = list(book.attempts)
        kept[number : number + 1] = [replace(kept[number], **changed)] if changed else []  # type: ignore[arg-type] # the same
        return record, replace(book, attempts=kept)

    return spoil


def proof(**changed: object) -> Spoiling:
    spoilt = replace(good.proof(), **changed)  # type: ignore[arg-type] # the same
    return attempt(2, proofs={good.RING_ON_ETSY: spoilt})


def shows(market: str, piece: str, buyable: int) -> Spoiling:
    def spoil(record: Record, book: Book) -> Spoilt:
        others = [one for one in record.units if one.key != (market, piece)]
        return replace(record, units=[*others, good.unit(market, piece, buyable)]), book

    return spoil


def needs(parts: dict[Sku, int]) -> Spoiling:
    """What PEG takes the ring on Shopify for, which shows what that allows."""

    def spoil(record: Record, book: Book) -> Spoilt:
        ring = replace(book.offers[good.RING_ON_SHOPIFY], needs=parts)
        allowed = min((book.stock[sku].available // n for sku, n in parts.items()), default=1)
        spoilt, _ = shows("shopify", "ring", allowed)(record, book)
        return spoilt, replace(book, offers={**book.offers, ring.id: ring})

    return spoil


def given_up(record: Record, book: Book) -> Spoilt:
    """The ring on Shopify is on sale, and PEG takes it for deleted."""
    ring = replace(book.offers[good.RING_ON_SHOPIFY], gone=True)
    return record, replace(book, offers={**book.offers, ring.id: ring})


def happened(number: int, instead: Happened) -> Spoiling:
    def spoil(record: Record, book: Book) -> Spoilt:
        told = list(record.happened)
        told[number] = instead
        return replace(record, happened=told), book

    return spoil


def raised_to_two(record: Record, book: Book) -> Spoilt:
    """By a book that is wrong in the same way."""
    two = good.shown("etsy", "ring", 0, 2, at=25, left=1)
    moves = [*book.moves[:-1], replace(book.moves[-1], available=2)]
    spoilt, _ = happened(RAISE, two)(record, book)
    return spoilt, replace(book, moves=moves)


def another(available: int, oversold: int) -> Spoiling:
    """An item that no shop sells."""
    gem = {Sku("GEM-4"): Stock(available=available, oversold=oversold)}
    return lambda record, book: (record, replace(book, stock={**book.stock, **gem}))


def below_zero(*, is_open: bool) -> Spoiling:
    """The opal was not made once more: two wait for it."""

    def spoil(record: Record, book: Book) -> Spoilt:
        told = replace(
            record,
            remaining={**record.remaining, "opal": -1},
            happened=[one for one in record.happened if one.what != "edited"],
        )
        kept = replace(
            book,
            stock={**book.stock, OPAL: Stock(available=-1, oversold=1)},
            cases=[replace(CASE, open=is_open)],
        )
        return told, kept

    return spoil


TWICE = DoubleSale(
    verdict="inside", piece="opal", first="E2", second="S2", at=second(31), because="sale"
)
CASE = good.case()
SPOILINGS: dict[str, tuple[str, Spoiling]] = {
    "entries do not add up": ("I1", by_book(wrong_sums=[RING])),
    "one lies there that the book has not": (
        "I1",
        by_record(remaining={"ring": 1, "chain": 4, "opal": 0}),
    ),
    "the book has one that does not lie there": (
        "I1",
        by_record(remaining={"ring": 0, "chain": 3, "opal": 0}),
    ),
    "below zero without a case": ("I1", another(-1, 1)),
    "below zero with a case that was closed": ("I1", below_zero(is_open=False)),
    "oversold by another figure": ("I1", another(0, 1)),
    "a line is missing": ("I2", line(("etsy", "E1", "2"), None)),
    "a line that nobody sold": ("I2", line(("etsy", "E9", "9"), good.kept(RING, States(open=0)))),
    "one sold of two": ("I2", line(("etsy", "E1", "2"), good.kept(CHAIN, States(open=0, gone=1)))),
    "told rightly and applied once too often": (
        "I2",
        line(
            ("etsy", "E1", "2"),
            KeptLine(told=States(open=0, gone=2), applied={CHAIN: States(open=0, gone=4)}),
        ),
    ),
    "applied to another piece": (
        "I2",
        line(
            ("etsy", "E1", "2"),
            KeptLine(
                told=States(open=0, gone=2),
                applied={CHAIN: States(open=0, gone=2), RING: States(open=0)},
            ),
        ),
    ),
    "posted twice": (
        "I2",
        by_book(posted={("etsy", "E2", OPAL): 2, ("shopify", "S2", OPAL): 1}),
    ),
    "posted for no line": (
        "I2",
        by_book(
            posted={("etsy", "E2", OPAL): 1, ("shopify", "S2", OPAL): 1, ("etsy", "E7", RING): 1}
        ),
    ),
    "a raise without proof": ("I3", attempt(2, proofs={})),
    "a proof for another offer": ("I3", attempt(2, proofs={good.RING_ON_SHOPIFY: good.proof()})),
    "a channel was not read": ("I3", proof(readings={good.RING_ON_ETSY: second(22.5)})),
    "a channel was read before": (
        "I3",
        proof(readings={good.RING_ON_SHOPIFY: second(21), good.RING_ON_ETSY: second(22.5)}),
    ),
    "orders of one shop were not taken in": ("I3", proof(orders={good.ETSY: second(23)})),
    "orders were taken in before the reading": (
        "I3",
        proof(orders={good.SHOPIFY: second(22.2), good.ETSY: second(23)}),
    ),
    "a proof that is too old": (
        "I3",
        proof(
            begun_at=second(-120),
            readings=dict.fromkeys((good.RING_ON_SHOPIFY, good.RING_ON_ETSY), second(-110)),
            orders=dict.fromkeys((good.SHOPIFY, good.ETSY), second(-100)),
        ),
    ),
    "raised above what lay there": ("I3", raised_to_two),
    "raised above what the book allowed": ("I3", by_book(moves=good.good_book().moves[:-1])),
    "an offer shows one too many": ("I4", shows("etsy", "ring", 2)),
    "an offer shows one too few": ("I4", shows("shopify", "chain", 2)),
    "an offer that is on sale is taken for deleted": ("I4", given_up),
    "an offer is taken for two": ("I4", needs({RING: 2})),
    "an offer is taken for another piece as well": ("I4", needs({RING: 1, CHAIN: 1})),
    "an offer that nobody mapped": ("I4", needs({})),
    "a unit that PEG does not know": (
        "I4",
        by_record(units=[*good.good_record().units, good.unit("shopify", "ring-2", 1)]),
    ),
    "no rest in time": ("I4", by_book(settled=False)),
    "an offer waits": ("I4", by_record(waiting=frozenset({("etsy", "ring")}))),
    "a sale was followed too late": ("I4", by_record(slowest_s=61.0)),
    "a fresh reading differs": ("I4", by_book(off_target=["'A ring' on etsy"])),
    "nobody was told of a change": ("I4", by_book(untold=["RING-1: changed"])),
    "a message was not delivered": ("I4", by_book(undelivered=1)),
    "what lies there could be sold twice now": (
        "I4",
        by_record(too_many=[Unit(market="etsy", unit="ring", pieces={"ring": 1}, buyable=2)]),
    ),
    "sold twice outside the window": (
        "I5",
        by_record(double_sales=[TWICE, replace(TWICE, verdict="outside", because="raised by app")]),
    ),
    "sold twice without a case": ("I5", by_book(cases=[])),
    "a case that came too late": ("I5", by_book(cases=[replace(CASE, opened_at=second(92))])),
    "a case of a piece that was sold once": (
        "I5",
        by_book(cases=[CASE, Case(sku=CHAIN, opened_at=second(11), open=False)]),
    ),
    "an acknowledged delivery is gone": ("I6", by_book(inbox=frozenset({("shopify", "n1")}))),
    "it stands under the other marketplace": (
        "I6",
        by_book(inbox=frozenset({("shopify", "n1"), ("shopify", "n2")})),
    ),
    "acknowledged before it was kept": ("I6", by_record(hasty=["etsy delivery n2"])),
    "a stranger was believed": ("I6", by_record(forged=1)),
    "a delivery was not worked on": ("I6", by_book(unhandled=1)),
    "a write that was not stored": ("I7", attempt(1)),
    "a write that was stored afterwards": ("I7", attempt(1, begun_at=second(13))),
    "a write that had ended before": (
        "I7",
        attempt(1, begun_at=second(5), ended_at=second(9.9)),
    ),
    "a write of another offer": ("I7", attempt(1, quantities={good.RING_ON_SHOPIFY: 0})),
    "what stood there was not kept": ("I7", attempt(2, kept_before=False)),
    "a price changed": ("I7", by_record(reworded=["etsy ring: price was changed"])),
    "PEG's own watch finds a sum": ("I1", by_book(untrue={"I1": ["RING-1 does not add up"]})),
    "PEG's own watch finds a write": ("I4", by_book(untrue={"I4": ["a write got no answer"]})),
    "a token in the log": ("I8", by_book(traces={"peg.log": f"x {good.SECRET} y".encode()})),
}


@pytest.mark.parametrize("name", SPOILINGS)
def test_each_fact_spoilt_breaks_its_invariant_and_no_other(name: str) -> None:
    invariant, spoil = SPOILINGS[name]

    findings = judge_all(*spoil(good.good_record(), good.good_book()))

    broken = {one.promise.partition(" ")[0]: list(one.broken) for one in findings if one.broken}
    assert broken.keys() == {invariant}, broken


def broken_by(spoil: Spoiling) -> list[str]:
    findings = judge_all(*spoil(good.good_record(), good.good_book()))
    return [one.promise for one in findings if not one.held]


def test_what_two_buyers_wait_for_is_below_zero_with_its_open_case() -> None:
    assert broken_by(below_zero(is_open=True)) == []


@pytest.mark.parametrize(
    "times",
    [
        {"begun_at": second(12)},
        {"begun_at": second(5), "ended_at": second(10)},
        {"begun_at": second(5), "ended_at": None},
    ],
    ids=["begun", "ended", "no end"],
)
def test_clocks_that_were_compared_may_be_a_second_apart(times: dict[str, object]) -> None:
    """The chain was lowered at the eleventh second."""
    assert broken_by(attempt(1, **times)) == []


def test_a_secret_that_was_found_is_not_told_once_more() -> None:
    spoilt = replace(good.good_book(), traces={"peg.log": good.SECRET.encode()})

    findings = judge_all(good.good_record(), spoilt)

    assert good.SECRET not in str([one.facts() for one in findings])
