"""Judge a rehearsal: gather both sides' records, and ask each judge."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.cli.demo.person import Sorted
from peg.cli.demo.practice import LOG, Control
from peg.cli.demo.units import key_of_offer, key_of_unit
from peg.cli.demo.verdict import auditing
from peg.cli.demo.verdict.asking import Answers, Beginning, ask, clock_ahead, record_of
from peg.cli.demo.verdict.auditing import Rows, read_rows
from peg.cli.demo.verdict.book import Book, KnownOffer
from peg.cli.demo.verdict.deliveries import judge_deliveries
from peg.cli.demo.verdict.drift import drift
from peg.cli.demo.verdict.figures import calls, refusals, verified
from peg.cli.demo.verdict.finding import Finding
from peg.cli.demo.verdict.keeping import keep_record
from peg.cli.demo.verdict.leaks import judge_leaks
from peg.cli.demo.verdict.lines import judge_lines
from peg.cli.demo.verdict.probing import hasty
from peg.cli.demo.verdict.raises import judge_raises
from peg.cli.demo.verdict.record import Record
from peg.cli.demo.verdict.shelf import judge_shelf
from peg.cli.demo.verdict.shown import judge_shown
from peg.cli.demo.verdict.twice import judge_double_sales
from peg.cli.demo.verdict.writes import judge_writes
from peg.db.transaction import reading
from peg.domain.identity import Channel, Sku
from peg.ledger import cases, questions
from peg.propagation import board
from peg.propagation.board import Standing
from peg.reconciliation.invariants import Breach, Truth
from peg.wiring.engine import Engine

WATCHED = {
    Truth.SUMS: "I1",
    Truth.CASES: "I1",
    Truth.LINES: "I2",
    Truth.PROOFS: "I3",
    Truth.SHOWN: "I4",
    Truth.ANSWERS: "I4",
}
"""Which invariant each truth of PEG's own watch belongs to."""

Places = Mapping[Sku, Mapping[str, int]]
"""Where how many of each item are available."""

JUDGES = (
    judge_shelf,
    judge_lines,
    judge_raises,
    judge_shown,
    judge_double_sales,
    judge_deliveries,
    judge_writes,
    judge_leaks,
)
"""One for each invariant of DESIGN.md, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What is known of the run beside both records.

    Attributes:
        settled: whether everything came to rest in time.
        home: the folder of this run.
        log: the log, which may stand elsewhere.
        key_file: what seals the tokens; the only file that holds a secret.
    """

    beginning: Beginning
    sorted_out: Sorted
    ceiling_s: float
    settled: bool
    home: Path
    log: Path | None
    key_file: Path


async def judge(engine: Engine, control: Control, run: Rehearsed) -> dict[str, Any]:
    """Every figure of the rehearsal, and whether each invariant held."""
    early = await hasty(control, engine.ground.database)
    answers = await ask(control, ceiling_s=run.ceiling_s)
    differing = await drift(engine)
    ahead = await clock_ahead(control, engine.ground.clock)
    async with reading(engine.ground.database) as session:
        rows = await read_rows(session, ahead=ahead)
        book = await _book(session, rows, answers, run)
        found = {**_figures(answers), "drift": differing, **await _doubts(session)}
    book = replace(
        book,
        off_target=[f"{one['title']!r} on {one['shop']}" for one in differing["offers"]],
        traces=_traces(run, found),
        untrue=_untrue(await engine.truth_watch.look()),
    )
    record = record_of(answers, run.beginning, hasty=early)
    record = replace(record, secrets=record.secrets | _keys(run.key_file))
    verdict = _verdict(record, book)
    if not verdict["ok"]:
        keep_record(record.happened, run.home)
    found["seconds_from_sale_to_verified"] = verified(answers.followed, record, book)
    return {**found, **verdict, "ok": verdict["ok"] and not found["refused_429"]["too_many"]}


def judge_all(record: Record, book: Book) -> Sequence[Finding]:
    """Every invariant; what PEG's own watch finds broken is broken, whatever the judge says."""
    found = [judge_one(record, book) for judge_one in JUDGES]
    return [
        replace(one, broken=[*one.broken, *book.untrue.get(one.promise.partition(" ")[0], ())])
        for one in found
    ]


def _verdict(record: Record, book: Book) -> dict[str, Any]:
    findings = judge_all(record, book)
    return {
        "invariants": {one.promise: one.held for one in findings},
        "judged": {one.promise: one.facts() for one in findings},
        "ok": all(one.held for one in findings),
    }


async def _book(session: AsyncSession, rows: Rows, answers: Answers, run: Rehearsed) -> Book:
    known = list(await offers.everything(session))
    asked = auditing.asked(rows)
    standings = await board.standings(session, [offer.id for offer in known])
    by_key = {key_of_offer(offer): offer.id for offer in known}
    units = {
        (unit["market"], unit["unit"]): by_key[key]
        for unit in answers.units
        if (key := key_of_unit(unit)) in by_key
    }
    places = auditing.places(rows)
    numbers = {(str(one.ref.shop), one.ref.listing, one.ref.variant): one.id for one in known}
    return Book(
        names=run.sorted_out.names,
        labelled=run.sorted_out.labelled,
        stock=auditing.stock(rows),
        wrong_sums=auditing.wrong_sums(rows),
        moves=auditing.moves(rows),
        lines=auditing.lines(rows),
        posted=auditing.posted(rows),
        untold=auditing.untold(rows),
        undelivered=auditing.undelivered(rows),
        cases=auditing.cases(rows),
        asked=asked,
        attempts=auditing.attempts(rows, numbers),
        offers={offer.id: _known(offer, standings.get(offer.id), places) for offer in known},
        units=units,
        inbox=auditing.kept_deliveries(rows),
        unhandled=auditing.unhandled(rows),
        settled=run.settled,
    )


def _known(offer: Offer, standing: Standing | None, places: Places) -> KnownOffer:
    needs = {part.sku: part.quantity for part in offer.components}
    counts_by_place = offer.ref.channel is Channel.SHOPIFY
    return KnownOffer(
        id=offer.id,
        shop=offer.ref.shop,
        needs=needs,
        by_place=_by_place(needs, places) if needs and counts_by_place else None,
        target=standing.target.total if standing else None,
        why=standing.target.why if standing else (),
        tracked=not offer.sells_on,
        parked=offer.parked,
        gone=offer.gone,
    )


def _by_place(needs: Mapping[Sku, int], places: Places) -> int:
    """How many sales its places allow, each by itself."""
    everywhere = {place for sku in needs for place in places.get(sku, {})}
    return sum(
        max(0, min(places.get(sku, {}).get(place, 0) // need for sku, need in needs.items()))
        for place in everywhere
    )


def _figures(answers: Answers) -> dict[str, Any]:
    truth = answers.truth
    sales = sum(side["orders"] for side in truth["sales"].values())
    return {
        "sales": truth["sales"],
        "seconds_from_sale_to_withdrawal": truth["seconds_to_lower"],
        "still_waiting": truth["waiting"],
        "oversellable_now": truth["oversellable_now"],
        "api_calls": calls(answers.shops, sales),
        "refused_429": refusals(answers.shops),
        "double_sales": truth["double_sales"],
        "in_person": truth["in_person"],
    }


async def _doubts(session: AsyncSession) -> dict[str, Any]:
    """What waits for a person."""
    return {
        "cases": [
            {"sku": case["sku"], "oversold": case["oversold"], "closed_at": case["closed_at"]}
            for case in await cases.all_cases(session, open_only=False)
        ],
        "questions": [one.sentence for one in await questions.open_questions(session)],
    }


def _untrue(breaches: Sequence[Breach]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for breach in breaches:
        found.setdefault(WATCHED[breach.truth], []).append(f"PEG itself finds: {breach.sentence}")
    return found


def _traces(run: Rehearsed, found: Mapping[str, Any]) -> dict[str, bytes]:
    """Everything that PEG wrote: its log, its whole folder but for the keys, and the figures."""
    others = {run.key_file, run.home / LOG}  # the practice shops' words are not PEG's
    files = {*run.home.iterdir(), *([run.log] if run.log else [])}
    written = {file.name: file.read_bytes() for file in files - others if file.is_file()}
    return written | {"the figures": json.dumps(found, default=str).encode()}


def _keys(file: Path) -> frozenset[str]:
    """PEG's own keys must stand nowhere else either."""
    return frozenset(word for word in file.read_text().replace(":", " ").split() if len(word) > 20)
