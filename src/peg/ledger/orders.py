"""Apply an order's newest snapshot to the book: the difference to what was applied, once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import LocationId, OfferId, Sku
from peg.domain.order import OrderSnapshot
from peg.ledger import given_back, order_headers, order_rows, sent_before
from peg.ledger.book import Posting, post
from peg.ledger.first_figures import decide
from peg.ledger.line_effects import Rows
from peg.ledger.line_meaning import Resolved
from peg.ledger.line_shares import Change
from peg.ledger.order_lines import Done, LineWork


class Outcome(Enum):
    """What applying a snapshot did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    OLDER = "older"  # a newer snapshot was applied before


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedLine:
    """What one line did.

    Attributes:
        offer: None while nobody knows for sure which offer it was sold from.
        changes: what the marketplace newly did to its own figures, place by place.
        guessed: units were laid to one of several places, as far as those were known.
        sure: False while nobody knows for sure which items it took.
        settled: it was not sure before, and is now.
        stands: something of it counts in the book; of a cancelled line nothing does.
        unsure_inside: it is assumed to be inside the first figures, until the offer is read.
        brought: pieces that are newly taken to be inside the first figures.
        freed: pieces that it no longer takes.
    """

    line: str
    offer: OfferId | None
    changes: Sequence[Change] = ()
    guessed: bool = False
    sure: bool = True
    settled: bool = False
    stands: bool = True
    unsure_inside: bool = False
    brought: Mapping[Sku, int] = field(default_factory=dict)
    freed: Mapping[Sku, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What one snapshot did."""

    outcome: Outcome
    lines: Sequence[AppliedLine] = ()


async def apply(
    session: AsyncSession,
    order: OrderSnapshot,
    resolved: Mapping[str, Resolved],
    *,
    places: Mapping[str, LocationId],
    now: datetime,
) -> Applied:
    """Post what the snapshot says and was not posted yet.

    Args:
        session: the task's transaction.
        order: the whole order as it stood at one moment.
        resolved: by line id; a line that is missing here is kept and listed, never dropped.
        places: the marketplace's locations with ours.
        now: when it is posted.

    A snapshot older than the applied one changes nothing. A line that an answer leaves out keeps
    what was applied: an incomplete answer is no cancellation. A sale always posts, below zero too.
    """
    require_transaction(session)
    header = await order_headers.keep_header(session, order, now=now)
    if header is None:
        return Applied(outcome=Outcome.OLDER)
    kept = {} if header.first else await order_rows.kept_lines(session, order)
    before = {} if header.first else await order_rows.applied_rows(session, order)
    done: list[Done] = []
    postings: list[Posting] = []
    for line in order.lines:
        meaning, known = resolved.get(line.line), kept.get(line.line)
        unsure = bool(known and known["unsure_inside"])
        if meaning is not None and line.line not in before:
            meaning, unsure = await decide(session, order, line, meaning, now=now)
        work = LineWork(
            session=session,
            order=order,
            line=line,
            meaning=meaning,
            kept=known,
            before=before.get(line.line, {}),
            added_later=header.was_whole and line.line not in kept,
            unsure_inside=unsure,
            places=places,
            earlier=postings,
            now=now,
        )
        done.append(await work.do())
        postings += done[-1].postings
    postings += await sent_before.put_back(session, order, done, before, now=now)
    await _store(session, order, kept, done)
    posted = await post(session, postings, now=now)
    await given_back.follow(session, order, now=now)
    lines = tuple(
        _line(one, kept.get(one.line.line), before.get(one.line.line, {})) for one in done
    )
    changed = bool(posted) or any(
        line.settled or (line.changes and line.offer is not None) for line in lines
    )
    outcome = Outcome.CHANGED if changed else Outcome.SAME
    return Applied(outcome=Outcome.NEW if header.first else outcome, lines=lines)


async def _store(
    session: AsyncSession,
    order: OrderSnapshot,
    kept: Mapping[str, order_rows.Kept],
    done: Sequence[Done],
) -> None:
    """Keep what was told and applied, as far as it differs from what is kept."""
    told = [one.told for one in done if one.told != kept.get(one.line.line)]
    await order_rows.keep_lines(session, told)
    changed = [(one.line.line, row) for one in done for row in one.applied]
    await order_rows.store_applied(session, order, changed)
    dropped = [(one.line.line, *key) for one in done for key in one.dropped]
    await order_rows.forget_applied(session, order, dropped)


def _line(one: Done, kept: order_rows.Kept | None, before: Rows) -> AppliedLine:
    brought = {row.sku: row.brought for row in one.applied if row.brought and not before}
    sure = one.told["resolved"]
    return AppliedLine(
        line=one.line.line,
        offer=one.told["offer"],
        changes=one.changes,
        guessed=one.guessed,
        sure=sure,
        stands=one.stands,
        settled=sure and kept is not None and not kept["resolved"],
        unsure_inside=one.told["unsure_inside"],
        brought=brought,
        freed=+_net(one.postings),
    )


def _net(postings: Sequence[Posting]) -> Counter[Sku]:
    """Pieces of each item that postings make available, all places taken together."""
    net: Counter[Sku] = Counter()
    for posting in postings:
        net[posting.sku] += posting.on_hand - posting.committed
    return net
