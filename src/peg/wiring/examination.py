"""What the doctor looks at on this machine: settings, database, disk, keys, book, what waits."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from importlib.metadata import version

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus import outbox
from peg.catalog.offers import Offer
from peg.db.transaction import begin, reading
from peg.domain.counted import counted
from peg.domain.moment import for_people
from peg.intake import inbox, unread, waiting_room
from peg.ledger import cases, order_rows, questions, truths
from peg.propagation import board, pauses, retarget
from peg.propagation.forbidden import forbidden_shops
from peg.propagation.refusals import open_refusals
from peg.propagation.unstocked import unstocked
from peg.reads import alerts
from peg.reads.low_stock import low_stock
from peg.reconciliation import breaches, invariants
from peg.wiring.alone import is_running
from peg.wiring.ground import Ground, misspelled
from peg.wiring.keys import load_ring

DISK_BYTES_LOW = 1_000_000_000
DISK_BYTES_MIN = 100_000_000
WAITING_S_MAX = 60.0
DEAD_SHOWN_MAX = 5
SET_ASIDE_TOLD = timedelta(days=7)
LOW_SHOWN_MAX = 5
PLACES_NAMED_MAX = 5
UNTRUE_SHOWN_MAX = 5
REFUSED_SHOWN_MAX = 5
ALERTS_SHOWN_MAX = 5


class State(Enum):
    """How it is."""

    WELL = "well"
    LOOK = "look"  # somebody should look; PEG goes on
    BAD = "bad"  # PEG cannot do its work like this


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; the sentence says what to do unless it is well."""

    state: State
    what: str
    sentence: str

    def facts(self) -> dict[str, str]:
        """For programs."""
        return {"state": self.state.value, "what": self.what, "sentence": self.sentence}


def settings(environment: Mapping[str, str]) -> Sequence[Finding]:
    """Variables that look like PEG's and are read by nobody."""
    return [
        Finding(State.LOOK, "settings", f"{name} is no setting of PEG: see docs/settings.md")
        for name in misspelled(environment)
    ]


async def database(ground: Ground, *, shape: str) -> Sequence[Finding]:
    """Whether it can be written, and is whole."""
    name = ground.database.engine.dialect.name
    async with begin(ground.database) as session:
        whole = "ok"
        if name == "sqlite":
            whole = await session.scalar(text("PRAGMA quick_check")) or "no answer"
    if whole != "ok":
        sentence = f"the file is damaged ({whole}): stop PEG and restore the newest backup"
        return [Finding(State.BAD, "database", sentence)]
    if shape == "empty" and name == "sqlite":
        sentence = "nothing is in it yet: begin with `peg connect shopify` and `peg connect etsy`"
        return [Finding(State.LOOK, "database", sentence)]
    if shape != "current":
        sentence = f"its shape is {shape}: `peg migrate` brings it to this PEG's"
        return [Finding(State.BAD, "database", sentence)]
    return [Finding(State.WELL, "database", f"{name}, writable, whole, of this PEG's shape")]


def machine(ground: Ground) -> Sequence[Finding]:
    """Version, disk, keys, and whether PEG is at work."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    running = is_running(ground.settings)
    return [
        Finding(State.WELL, "version", f"PEG {version('peg')} on Python {python}"),
        _disk(ground),
        *_readable_by_others(ground),
        Finding(State.WELL, "running", "`peg run` is at work")
        if running
        else Finding(State.LOOK, "running", "nobody keeps the shops in step: start `peg run`"),
    ]


def keys(ground: Ground) -> Sequence[Finding]:
    """Whether the keys that seal tokens can be used; without them no shop can be asked."""
    ring = load_ring(ground.settings)
    return [Finding(State.WELL, "keys", f"readable, the newest is {ring.current}")]


async def kept(ground: Ground) -> Sequence[Finding]:
    """What the database tells: the book, and what waits."""
    async with reading(ground.database) as session:
        return [
            *await book(session),
            *await writes(session),
            *await waiting(session, now=ground.clock.now()),
        ]


async def book(session: AsyncSession) -> Sequence[Finding]:
    """Whether it adds up, and what in it waits for a person."""
    wrong = await _untrue(session)
    open_cases = len(await cases.all_cases(session))
    asked = len(await questions.open_questions(session))
    unknown = len(await order_rows.unresolved(session))
    odd = await unread.waiting_count(session)
    paused = [one.scope for one in await pauses.all_pauses(session)]
    low = [f"{one.sku} ({one.available})" for one in await low_stock(session)]
    findings = wrong or [Finding(State.WELL, "book", "every level is the sum of its entries")]
    looks = (
        (open_cases, "cases", f"{open_cases} open: `peg cases` says what to do"),
        (asked, "questions", f"{asked} open: `peg questions` lists them"),
        (unknown, "orders", _UNKNOWN.format(lines=counted(unknown, "line"))),
        (odd, "orders", f"{odd} cannot be read: `peg orders --unread` says why"),
        (len(low), "low stock", f"{_some(low)}: make or order more; `peg low-stock` lists all"),
        (len(paused), "pauses", f"no writes to {', '.join(paused)}: `peg resume` ends that"),
    )
    findings += [Finding(State.LOOK, what, words) for count, what, words in looks if count]
    return [*findings, *await _places(session)]


async def _untrue(session: AsyncSession) -> list[Finding]:
    """What `peg run` has found untrue, and what is untrue of the book by now."""
    found = [*await breaches.told(session), *await invariants.of_book(session)]
    sentences = {(one.truth, one.subject): one.sentence for one in found}
    shown = [f"{sentence}: tell us" for sentence in sentences.values()][:UNTRUE_SHOWN_MAX]
    more = len(sentences) - len(shown)
    if more:
        shown.append(f"and {more} more like that")
    return [Finding(State.BAD, "book", words) for words in shown]


async def _places(session: AsyncSession) -> Sequence[Finding]:
    """Pieces that lie where nobody sells them, and places that the book has too little at.

    What a shop could show once it stocks it there is told with that advice, and no other.
    """
    not_stocked = await unstocked(session)
    advised = {one.offer.id for one in not_stocked}
    stranded = [one for one in await retarget.stranded(session) if one.id not in advised]
    short = await truths.short_at_a_place(session)
    sentences = [
        *_stranded(stranded),
        *_named(not_stocked),
        *_named([_SHORT.format(sku=sku, place=place, by=by) for sku, place, by in short]),
    ]
    return [Finding(State.LOOK, "places", sentence) for sentence in sentences]


_UNKNOWN = "{lines} of unknown pieces: `peg orders --unknown`"

_SHORT = (
    "{by} more of {sku} are sold or kept at {place} than lie there, and others lie elsewhere: count"
    " each place (`peg count {sku} N --at {place}`)"
)


def _stranded(found: Sequence[Offer]) -> Sequence[str]:
    """Offers that show nothing because their pieces lie elsewhere: no error says so."""
    if not found:
        return []
    few = ", ".join(f"{one.title!r} on {one.ref.channel}" for one in found[:PLACES_NAMED_MAX])
    more = ", …" if len(found) > PLACES_NAMED_MAX else ""
    return [
        f"there are pieces of {few}{more}, but none lies where that shop sells from: `peg stock"
        " SKU` shows where they lie; count them at both places (`peg count SKU N --at PLACE`)"
    ]


def _named(found: Sequence[object]) -> Sequence[str]:
    told = [str(one) for one in found[:PLACES_NAMED_MAX]]
    more = len(found) - len(told)
    return [*told, f"and {more} more like that"] if more else told


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - LOW_SHOWN_MAX} more" if len(names) > LOW_SHOWN_MAX else ""
    return ", ".join(names[:LOW_SHOWN_MAX]) + more


async def writes(session: AsyncSession) -> Sequence[Finding]:
    """What the shops do not let PEG change: sold pieces may be on sale there."""
    findings = [
        Finding(
            State.BAD,
            one.shop,
            f"PEG may not change stock there since {for_people(one.since)}"
            f" ({one.sentence}): {one.remedy}",
        )
        for one in await forbidden_shops(session)
    ]
    return findings + [
        Finding(
            State.BAD,
            "refused",
            f"{one.offer.ref.channel} refuses to change {one.offer.title!r} since"
            f" {for_people(one.since)} ({one.sentence}): mend it there, or take it off sale"
            " by hand",
        )
        for one in (await open_refusals(session))[:REFUSED_SHOWN_MAX]
    ]


async def waiting(session: AsyncSession, *, now: datetime) -> Sequence[Finding]:
    """What waits to be worked on, and what was given up."""
    findings = []
    for queue, since, tried in (
        (
            "webhooks",
            await inbox.oldest_waiting_at(session),
            await inbox.what_keeps_the_oldest(session),
        ),
        ("messages", await outbox.oldest_waiting_at(session), ""),
    ):
        age_s = 0.0 if since is None else (now - since).total_seconds()
        if age_s > WAITING_S_MAX:
            why = f" and is tried again: {tried}" if tried else ": is `peg run` at work?"
            sentence = f"the oldest waits for {age_s:.0f} s{why}"
            findings.append(Finding(State.LOOK, queue, sentence))
    findings += [
        Finding(State.LOOK, "webhooks", f"{one.count} of {one.shop} wait for it ({one.why})")
        for one in await waiting_room.waiting_for_shops(session)
    ]
    count, newest = await inbox.set_aside_since(session, now - SET_ASIDE_TOLD)
    if newest is not None:
        what = f"the newest, {newest['topic']} of {newest['shop']}: {newest['last_error']}"
        sentence = f"{count} of no use within a week; {what}"
        findings.append(Finding(State.LOOK, "webhooks", sentence))
    for one in await inbox.dead(session, limit=DEAD_SHOWN_MAX):
        words = f"{one['topic']} of {one['shop']} was put aside: {one['last_error']}"
        sentence = f"{words}. `peg dead` works on it again, or ticks it off"
        findings.append(Finding(State.BAD, "webhooks", sentence))
    more = await inbox.dead_count(session) - DEAD_SHOWN_MAX
    if more > 0:
        findings.append(Finding(State.BAD, "webhooks", f"{more} more: `peg dead` lists them"))
    dead = await outbox.dead_count(session)
    if dead:
        findings.append(Finding(State.BAD, "messages", f"{dead} given up: `peg dead` lists them"))
    behind = await board.dirty_count(session)
    if behind:
        findings.append(
            Finding(State.LOOK, "offers", f"{behind} are on their way: `peg offers --behind`")
        )
    findings += await _alerts(session, now=now)
    return findings or [Finding(State.WELL, "waiting", "nothing")]


async def _alerts(session: AsyncSession, *, now: datetime) -> Sequence[Finding]:
    """What a person was told of and is still so."""
    standing = await alerts.standing(session, now=now)
    findings = [
        Finding(State.LOOK, "alert", f"{for_people(one.told_at)}: {one.sentence}")
        for one in standing[:ALERTS_SHOWN_MAX]
    ]
    more = len(standing) - ALERTS_SHOWN_MAX
    if more > 0:
        findings.append(Finding(State.LOOK, "alert", f"{more} more: `peg alerts` lists them"))
    return findings


def _readable_by_others(ground: Ground) -> Sequence[Finding]:
    """What holds buyers' orders and sealed tokens is for its owner only."""
    private = [ground.settings.home, *([ground.database.file] if ground.database.file else [])]
    return [
        Finding(State.LOOK, "rights", f"others can read {one}: `chmod go-rwx {one}` ends that")
        for one in private
        if one.exists() and one.stat().st_mode & 0o077
    ]


def _disk(ground: Ground) -> Finding:
    free = shutil.disk_usage(ground.settings.home).free
    gigabytes = f"{free / 1e9:.1f} GB free"
    if free < DISK_BYTES_MIN:
        return Finding(State.BAD, "disk", f"{gigabytes}: make room, or sales are not taken in")
    if free < DISK_BYTES_LOW:
        return Finding(State.LOOK, "disk", f"{gigabytes}: make room soon")
    return Finding(State.WELL, "disk", gigabytes)
