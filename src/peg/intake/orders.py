"""Take an order in: from a marketplace's snapshot to the book and to what we expect it to show."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus.outbox import stage
from peg.catalog import findings, items, lines, locations, mirror, offers, returns
from peg.catalog.offers import Offer
from peg.db.transaction import once_committed
from peg.domain.identity import BOOK, SALES, LocationId, OfferId, OfferRef, ShopId, Sku
from peg.domain.messages import OrderTakenIn
from peg.domain.order import OrderSnapshot
from peg.intake import checks, covered_sales, lateness, odd_times, surprises, twins
from peg.intake.late_returns import without_those_shown, without_those_typed
from peg.intake.patience import CLOCKS_APART, Patience
from peg.intake.which_piece import follow_guesses
from peg.ledger import kept, pieces_asked
from peg.ledger import orders as book_orders
from peg.ledger.line_meaning import Resolved
from peg.ledger.line_shares import Change
from peg.ledger.orders import Applied, Outcome
from peg.ledger.questions import Question

log = structlog.get_logger()

NOTHING = Resolved(offer=None, components=(), sure=False, anew=True)
"""What a line takes that fits no piece any more, and may fit one again."""

ABOUT_THEN = "sold about when it was first read"
MISSED_BEFORE = "a piece was missed before it was sold: it may be another"
MISNAMED = "sold by the name of one piece, and the SKU of another"


async def take_in(
    session: AsyncSession,
    order: OrderSnapshot,
    *,
    known: Mapping[str, Resolved] | None = None,
    patience: Patience,
    now: datetime,
) -> Applied:
    """Post what an order's newest snapshot says and was not posted yet.

    Lines of offers nobody mapped are kept and listed, never dropped.

    Args:
        session: the task's transaction.
        order: the order as it stood at one moment.
        known: lines of which a person has said what they stand for.
        patience: how long to wait for what may come.
        now: when it is taken in.
    """
    order = await odd_times.as_heard(session, order, now=now)
    order = await kept.with_known_offers(session, order)
    resolved = {**await lines.resolve_lines(session, order), **(known or {})}
    places = await _places(session, order)
    applied = await book_orders.apply(session, order, resolved, places=places, now=now)
    if applied.outcome is Outcome.NEW:
        await lateness.note_order(session, order, now=now)
    if applied.outcome in {Outcome.NEW, Outcome.CHANGED}:
        await _expect(session, order, applied, patience=patience, now=now)
        await follow_guesses(session, order, resolved, applied, now=now)
        await _look_at_names(session, order, applied, now=now)
        await twins.warn(session, order, applied, now=now)
        await _explain_figures(session, order, applied, now=now)
        is_new = applied.outcome is Outcome.NEW
        message = OrderTakenIn(shop=order.shop, order=order.order, is_new=is_new)
        await stage(session, message, now=now)
        said = partial(
            log.info,
            "order.taken_in",
            shop=order.shop,
            order=order.order,
            outcome=applied.outcome.value,
            unresolved=[line.line for line in applied.lines if line.offer is None],
        )
        once_committed(session, said)
    return applied


async def _places(session: AsyncSession, order: OrderSnapshot) -> Mapping[str, LocationId]:
    """The shop's places, with those that only this order has named so far."""
    known = dict(await locations.of_shop(session, order.shop))
    named = {share.place for line in order.lines for share in line.shares if share.place}
    for place in sorted(named - known.keys()):
        known[place] = await locations.link_unnamed(session, order.shop, place)
    return known


async def told_which(
    session: AsyncSession,
    question: Question,
    sku: Sku,
    *,
    patience: Patience,
    now: datetime,
) -> Applied:
    """A person says which piece a line took: the others that were held for it are let go."""
    shop, number, line = (question.evidence[name] for name in ("shop", "order", "line"))
    order = await kept.kept_order(session, ShopId(shop), number)
    meaning = await lines.taken_as(session, order, line, sku)
    return await take_in(session, order, known={line: meaning}, patience=patience, now=now)


async def hold_anew(
    session: AsyncSession, offer: Offer, *, patience: Patience, now: datetime
) -> None:
    """Which twins an offer without a piece may have was decided: hold what those sell, no more."""
    for waiting in await kept.waiting_lines(session, [offer.ref]):
        order = await kept.kept_order(session, waiting.ref.shop, waiting.order)
        known = {waiting.line: NOTHING, **await lines.resolve_lines(session, order)}
        await take_in(session, order, known=known, patience=patience, now=now)


async def take_in_waiting(
    session: AsyncSession, refs: Sequence[OfferRef], *, patience: Patience, now: datetime
) -> None:
    """What a marketplace calls so is known for sure by now: what was sold of it no more waits."""
    waiting = await kept.waiting_lines(session, refs)
    for shop, number in dict.fromkeys((one.ref.shop, one.order) for one in waiting):
        order = await kept.kept_order(session, shop, number)
        await take_in(session, order, patience=patience, now=now)


async def _explain_figures(
    session: AsyncSession, order: OrderSnapshot, applied: Applied, *, now: datetime
) -> None:
    """A shop showed fewer than the book, since it had sold some: no more is asked about those.

    What an order from before the figures gives back comes on top of each of them.
    """
    for line in applied.lines:
        for sku, pieces in line.brought.items():
            without = await _voices_without(session, order, applied, sku)
            await pieces_asked.explain_by_order(session, sku, pieces, unheard_by=without, now=now)
        for sku, pieces in line.freed.items():
            await pieces_asked.meet_by_return(
                session, sku, pieces, shop=order.shop, order=order.order
            )
            await without_those_typed(session, order, sku, pieces, now=now)


async def _voices_without(
    session: AsyncSession, order: OrderSnapshot, applied: Applied, sku: Sku
) -> Callable[[ShopId], bool]:
    """Which voices in a question of figures tell of a piece as it was before an order.

    The book's, if it was counted before that. Another shop's, if PEG knew that shop's offer by
    then, unless the order was heard of when the question was asked: it is in its words already.
    """
    counted_at = await items.opened_at(session, sku)
    found = await findings.first_of(
        session, [offer.id for offer in await offers.of_skus(session, [sku])]
    )
    is_new = applied.outcome is Outcome.NEW and all(
        first.at <= order.created_at for first in found.values()
    )

    def is_without(voice: ShopId) -> bool:
        if voice == BOOK:
            return counted_at is not None and order.created_at > counted_at
        return is_new and voice not in {order.shop, SALES}

    return is_without


async def _expect(
    session: AsyncSession,
    order: OrderSnapshot,
    applied: Applied,
    *,
    patience: Patience,
    now: datetime,
) -> None:
    """Follow in the mirror what the marketplace did to its own figures."""
    for line in applied.lines:
        if line.offer is None:
            continue
        if line.unsure_inside:
            await checks.read_again(session, line.offer, due_at=now, why=ABOUT_THEN)
        if any(change.doubtful for change in line.changes):
            await checks.read_again(session, line.offer, due_at=now, why=MISSED_BEFORE)
        if any(change.sold for change in line.changes):
            await covered_sales.sold(
                session, line.offer, placed_at=order.created_at, patience=patience, now=now
            )
        for change in line.changes:
            if change.place is not None:
                at = change.place
                back = await without_those_shown(session, order, line.offer, at, change, now=now)
                sure = order.never_sold is None
                await _expect_at(
                    session,
                    line.offer,
                    at,
                    back,
                    placed_by=order.created_at - CLOCKS_APART,
                    sure=sure,
                    patience=patience,
                    now=now,
                )


async def _look_at_names(
    session: AsyncSession, order: OrderSnapshot, applied: Applied, *, now: datetime
) -> None:
    """Where names and SKUs tell of two pieces, the listing shows whether somebody renamed them."""
    unsure = {line.line for line in applied.lines if not line.sure}
    sold = {line.ref: line for line in order.lines if line.ref is not None and line.line in unsure}
    for ref, offer in (await offers.by_refs(session, list(sold))).items():
        if offer.components and lines.is_misnamed(sold[ref], offer):
            await checks.read_again(session, offer.id, due_at=now, why=MISNAMED)


async def _expect_at(
    session: AsyncSession,
    offer: OfferId,
    place: str,
    change: Change,
    *,
    placed_by: datetime,
    sure: bool,
    patience: Patience,
    now: datetime,
) -> None:
    """`sure`: the marketplace says what it did; of an order that it never had it cannot.

    It shows the pieces still, or took them off for an order that was deleted.
    """
    if change.explained:
        await surprises.explain(session, offer, change.explained)
    taken = change.sold - change.explained - change.moved_away
    if taken:
        await mirror.note_taken(session, offer, place, taken, placed_by=placed_by)
    if change.put_back:
        until = now + patience.may_rise()
        await returns.note_may_rise(session, offer, place, change.put_back, until=until, sure=sure)
        await checks.read_again(
            session, offer, due_at=now + patience.confirm(), why="a cancelled piece may come back"
        )
