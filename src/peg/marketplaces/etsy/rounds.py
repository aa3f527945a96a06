"""Which receipts to ask for next: pure. A cursor remembers the round that is under way.

Every round asks for receipts changed since the newest change seen, by Etsy's own times and with an
overlap, for a sale shows there only after a while. That alone is not enough: the time of change
ignores refunds, and the filter misses cancelled receipts. So every round also reads the cancelled
receipts of the last days, and now and then the recent ones that are not. Only who takes pieces off
sale asks for sales alone.

Pages are cut by time and not by offset: a receipt that changes while we read moves to the end, and
counting would then skip another one.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal

import structlog

from peg.domain.clock import AHEAD_MAX
from peg.marketplaces.etsy.answers import Json, moment
from peg.marketplaces.port import UnexpectedAnswer
from peg.marketplaces.seen import changed_until

log = structlog.get_logger()

Walk = Literal["changed", "recent", "cancelled"]

PAGE = 100
OFFSET_MAX = 12_000
OVERLAP_S = 1800
"""The longest time a sale is assumed to need to show among the receipts."""

HISTORY_S = 90 * 86_400
"""How far back the very first round reads."""

CANCELLED_REACH_S = 2 * 86_400
"""How far back every round looks among the cancelled: by when they were placed."""

REREADS_S = ((600, 3 * 86_400), (6 * 3600, 60 * 86_400))
"""How often (seconds between) and how far back (seconds) recent receipts are read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the reading of receipts stands.

    Attributes:
        since: the newest change seen, in Etsy's seconds.
        reread_at: when each of `REREADS_S` last began, in our seconds; only for pacing.
        reach_s: how far back the re-read of this round goes.
        walks: what is still to be read in this round, the current one first.
        low: the current walk has been read up to this time, in Etsy's seconds.
        offset: of the next page among receipts of one and the same second.
    """

    since: int
    reread_at: tuple[int, ...] = (0,) * len(REREADS_S)
    reach_s: int = 0
    walks: tuple[Walk, ...] = ()
    low: int = 0
    offset: int = 0

    def text(self) -> str:
        """The cursor as others keep it."""
        return json.dumps(asdict(self), separators=(",", ":"))


def parse(text: str | None, now: datetime) -> Cursor:
    """The kept cursor; a fresh one if there is none, none that this version wrote, or one to come.

    Beginning anew loses nothing: whatever was taken in already is the same again.
    """
    fresh = Cursor(since=int(now.timestamp()) - HISTORY_S)
    if text is None:
        return fresh
    try:
        kept = json.loads(text)
        kept["reread_at"], kept["walks"] = tuple(kept["reread_at"]), tuple(kept["walks"])
        found = Cursor(**kept)
    except (ValueError, TypeError, KeyError):
        log.warning("cursor.unreadable", cursor=text[:200])
        return fresh
    return found if found.since <= (now + AHEAD_MAX).timestamp() else fresh


def begun(cursor: Cursor, now: datetime, *, sales_only: bool = False) -> Cursor:
    """The cursor inside a round: the one under way, or a new one.

    One for `sales_only` reads what was changed and no more; a whole one does not go on from it.
    """
    if cursor.walks and (sales_only or "cancelled" in cursor.walks):
        return cursor
    if sales_only:
        return replace(cursor, walks=("changed",), low=cursor.since - OVERLAP_S, offset=0)
    seconds = int(now.timestamp())
    due = [
        seconds - at >= every for at, (every, _) in zip(cursor.reread_at, REREADS_S, strict=True)
    ]
    reach_s = max(
        (reach for is_due, (_, reach) in zip(due, REREADS_S, strict=True) if is_due), default=0
    )
    again: tuple[Walk, ...] = ("recent", "cancelled") if reach_s else ("cancelled",)
    return replace(
        cursor,
        reread_at=tuple(
            seconds if is_due else at for at, is_due in zip(cursor.reread_at, due, strict=True)
        ),
        reach_s=reach_s or CANCELLED_REACH_S,
        walks=("changed", *again),
        low=cursor.since - OVERLAP_S,
        offset=0,
    )


def query(cursor: Cursor) -> dict[str, str]:
    """The filter of the next page."""
    walk = cursor.walks[0]
    by_change = walk == "changed"
    return {
        "was_canceled": "true" if walk == "cancelled" else "false",
        "min_last_modified" if by_change else "min_created": str(max(cursor.low, 0)),
        "sort_on": "updated" if by_change else "created",
        "sort_order": "asc",
        "limit": str(PAGE),
        "offset": str(cursor.offset),
    }


def after(
    cursor: Cursor,
    page: Sequence[Json],
    now: datetime,
    *,
    marketplace_at: datetime | None = None,
) -> Cursor:
    """The cursor after a page; its `walks` are empty when the round is done.

    Args:
        cursor: which page that is.
        page: receipts, sorted as asked.
        now: our clock, for pacing.
        marketplace_at: Etsy's own, as the page tells it.

    Raises:
        UnexpectedAnswer: the page is not sorted as asked, so that its end says nothing.
    """
    by_change = cursor.walks[0] == "changed"
    stamps = [at for one in page if (at := _stamp(one, by_change=by_change)) is not None]
    if stamps != sorted(stamps):
        raise UnexpectedAnswer("Etsy's receipts did not come in the order asked for")
    if by_change:
        latest = changed_until(marketplace_at, now=now).timestamp()
        cursor = replace(cursor, since=max([cursor.since, *(at for at in stamps if at <= latest)]))
    if len(page) < PAGE:
        return _next_walk(cursor, now)
    if stamps and stamps[-1] > cursor.low:
        return replace(cursor, low=stamps[-1], offset=0)
    if cursor.offset + PAGE >= OFFSET_MAX:
        return replace(cursor, low=cursor.low + 1, offset=0)
    return replace(cursor, offset=cursor.offset + PAGE)


def _stamp(receipt: Json, *, by_change: bool) -> int | None:
    """The time that the page is sorted by; None where the receipt does not tell it."""
    try:
        return moment(receipt, "update" if by_change else "create")
    except UnexpectedAnswer:
        return None


def _next_walk(cursor: Cursor, now: datetime) -> Cursor:
    low = int(now.timestamp()) - cursor.reach_s
    return replace(cursor, walks=cursor.walks[1:], low=low, offset=0)
