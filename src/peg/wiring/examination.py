"""What the doctor looks at on this machine: settings, database, disk, keys, book, what waits."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus import outbox
from peg.db.transaction import begin, reading
from peg.domain.moment import for_people
from peg.intake import aside, inbox, waiting_room
from peg.propagation.forbidden import forbidden_shops
from peg.propagation.refusals import open_refusals
from peg.reads import alerts
from peg.wiring.alone import is_running
from peg.wiring.examination_of_book import book
from peg.wiring.examination_of_offers import behind, not_in_step
from peg.wiring.findings import Finding, State
from peg.wiring.ground import Ground, misspelled
from peg.wiring.keys import load_ring

DISK_BYTES_LOW = 1_000_000_000
DISK_BYTES_MIN = 100_000_000
WAITING_S_MAX = 60.0
DEAD_SHOWN_MAX = 5
REFUSED_SHOWN_MAX = 5
ALERTS_SHOWN_MAX = 5
TOLD_BY_ITSELF = frozenset(
    {
        *("delivery_dead", "delivery_of_no_use", "low_stock"),
        *("write_refused", "writes_forbidden", "invariant_broken"),
    }
)
"""Alerts of which the doctor names the cause anyway."""


def settings(environment: Mapping[str, str]) -> Sequence[Finding]:
    """Variables that look like PEG's and are read by nobody."""
    return [Finding(State.LOOK, "settings", one) for one in misspelled(environment)]


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
            *await not_in_step(session),
            *await writes(session),
            *await waiting(session, now=ground.clock.now(), running=is_running(ground.settings)),
        ]


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
    refused = await open_refusals(session)
    findings += [
        Finding(
            State.BAD,
            "refused",
            f"{one.offer.ref.channel} refuses to change {one.offer.name!r} since"
            f" {for_people(one.since)} ({one.sentence}): mend it there, or take it off sale"
            " by hand",
        )
        for one in refused[:REFUSED_SHOWN_MAX]
    ]
    more = len(refused) - REFUSED_SHOWN_MAX
    return findings + _more(State.BAD, "refused", more, "peg offers --behind")


def _more(state: State, what: str, count: int, command: str) -> list[Finding]:
    """So many that are not named, and what lists them; none where all are named."""
    return [Finding(state, what, f"{count} more: `{command}` lists them")] if count > 0 else []


async def waiting(session: AsyncSession, *, now: datetime, running: bool) -> Sequence[Finding]:
    """What waits to be worked on, and what was given up; `running`: by a `peg run` at work."""
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
    for newest in await aside.of_no_use(session, limit=1):
        count = await aside.of_no_use_count(session)
        what = f"the newest, {newest['topic']} of {newest['shop']}: {newest['last_error']}"
        sentence = f"{count} of no use within a week: `peg dead` lists them; {what}"
        findings.append(Finding(State.LOOK, "webhooks", sentence))
    for one in await aside.dead(session, limit=DEAD_SHOWN_MAX):
        words = f"{one['topic']} of {one['shop']} was put aside: {one['last_error']}"
        sentence = f"{words}. `peg dead` works on it again, or ticks it off"
        findings.append(Finding(State.BAD, "webhooks", sentence))
    more = await aside.dead_count(session) - DEAD_SHOWN_MAX
    findings += _more(State.BAD, "webhooks", more, "peg dead")
    dead = await outbox.dead_count(session)
    if dead:
        findings.append(Finding(State.BAD, "messages", f"{dead} given up: `peg dead` lists them"))
    findings += await behind(session, running=running)
    findings += await _alerts(session, now=now)
    return findings or [Finding(State.WELL, "waiting", "nothing")]


async def _alerts(session: AsyncSession, *, now: datetime) -> Sequence[Finding]:
    """What a person was told of and is still so, but for what is told of here by itself."""
    everything = await alerts.standing(session, now=now)
    standing = [one for one in everything if one.name not in TOLD_BY_ITSELF]
    findings = [
        Finding(State.LOOK, "alert", f"{for_people(one.told_at)}: {one.sentence}")
        for one in standing[:ALERTS_SHOWN_MAX]
    ]
    more = len(standing) - ALERTS_SHOWN_MAX
    return findings + _more(State.LOOK, "alert", more, "peg alerts")


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
