"""Truths that are checked in production: what breaks one is a fault of PEG, whatever happened.

Each is asked of a part of the database at a time, so that no sale waits for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror, offers
from peg.catalog.expectation import Expectation
from peg.domain.identity import OfferId, OfferRef, ShopId
from peg.domain.moment import for_people
from peg.domain.offer import Shelf, Target
from peg.ledger import questions, truths
from peg.ledger.queries import EVERYTHING, Span, wrong_sums
from peg.propagation import attempts, board
from peg.propagation.attempts import Attempt
from peg.propagation.board import Standing
from peg.propagation.evidence import stands
from peg.propagation.pauses import pause_of
from peg.shops import directory
from peg.shops.directory import Status

BOUND = timedelta(minutes=10)
"""For so long an offer may show too much without anybody at it, or a write be under way."""


class Truth(StrEnum):
    """What must be true at every moment."""

    SUMS = "sums"  # the entries of an item add up to its places, and these to its position
    CASES = "cases"  # nothing is below zero without an open case that says so
    LINES = "lines"  # each order line is applied once, and as it was told
    SHOWN = "shown"  # what shows more than its target is being lowered, or asked about
    ANSWERS = "answers"  # no write is under way for ever
    PROOFS = "proofs"  # no raise was sent without its proof


ORDERS_AT_ONCE = 1_000

PATIENT = {Truth.SHOWN: BOUND, Truth.ANSWERS: BOUND}
"""These are true of a sound PEG for a while; so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One truth broken; the same `subject` as long as it is the same breach."""

    truth: Truth
    subject: str
    sentence: str


async def of_items(session: AsyncSession, span: Span) -> Sequence[Breach]:
    """What is untrue of the book, of some items."""
    found = [
        Breach(
            truth=Truth.SUMS,
            subject=sku,
            sentence=f"the entries of {sku} do not add up to its stock",
        )
        for sku in await wrong_sums(session, span)
    ]
    for sku, by, said in await truths.below_zero_without_case(session, span):
        words = f"{sku} is oversold by {by}, and its open case says {said}"
        found.append(Breach(truth=Truth.CASES, subject=sku, sentence=words))
    for shop, order, sku in await truths.orders_counted_wrongly(session, span):
        words = f"the book has not posted of {sku} what order {order} of {shop} was taken in with"
        found.append(_line(f"{shop}/{order} {sku}", words))
    for shop, order, line in await truths.lines_applied_wrongly(session, span):
        words = f"line {line} of order {order} of {shop} was applied otherwise than it was told"
        found.append(_line(f"{shop}/{order}/{line}", words))
    return found


async def of_book(session: AsyncSession) -> Sequence[Breach]:
    """What is untrue of the whole book at one moment: for when a person waits for the answer."""
    found = [*await of_items(session, EVERYTHING)]
    after: tuple[str, str] | None = ("", "")
    while after is not None:
        lost, after = await of_orders(session, after, orders=ORDERS_AT_ONCE)
        found += lost
    return found


async def of_orders(
    session: AsyncSession, after: tuple[str, str], *, orders: int
) -> tuple[Sequence[Breach], tuple[str, str] | None]:
    """Lines that were lost, of some orders; and where to go on."""
    lost, end = await truths.lines_not_applied(session, after, orders=orders)
    found = [
        _line(f"{shop}/{order}/{line}", f"line {line} of order {order} of {shop} moved nothing")
        for shop, order, line in lost
    ]
    return found, end


async def of_offers(
    session: AsyncSession, after: OfferId, *, limit: int, now: datetime
) -> tuple[Sequence[Breach], OfferId | None]:
    """What some offers show without anybody at it; and where to go on."""
    standings = await board.page(session, after, limit=limit)
    known = await mirror.expected_of(session, [one.offer for one in standings])
    found = [
        Breach(
            truth=Truth.ANSWERS,
            subject=f"{offer} {place} {row.version}",
            sentence=f"a write of offer {offer} is under way and gets no answer",
        )
        for offer, rows in known.items()
        for place, row in rows.items()
        if row.pending is not None and not row.unanswered
    ]
    too_much = [one for one in standings if _shows_too_much(one.target, known.get(one.offer, {}))]
    idle = [one for one in too_much if not _is_tried(one, now)]
    found += await _nobody_at_it(session, idle)
    return found, standings[-1].offer if standings else None


async def of_attempts(
    session: AsyncSession, after: tuple[datetime, str], *, limit: int
) -> tuple[Sequence[Breach], tuple[datetime, str] | None]:
    """Raises of some attempts whose proof was not kept, or is none; and where to go on."""
    begun = await attempts.page(session, after, limit=limit)
    refs = [_ref(one, write) for one in begun for write in one.writes]
    known = await offers.by_refs(session, refs)
    found = []
    for one in begun:
        for write in one.writes:
            offer = known.get(_ref(one, write))
            raises = write["quantity"] > max(0, write["basis"])  # an oversold one shows none
            if offer and raises and not stands(one.proof, offer.id, begun_at=one.begun_at):
                words = (
                    f"{offer.name!r} on {offer.ref.channel} was raised from {write['basis']} to"
                    f" {write['quantity']} at {for_people(one.begun_at)} without its proof"
                )
                key = f"{one.key} {offer.id} {write['place']}"
                found.append(Breach(truth=Truth.PROOFS, subject=key, sentence=words))
    return found, (begun[-1].begun_at, begun[-1].key) if begun else None


def _line(subject: str, sentence: str) -> Breach:
    return Breach(truth=Truth.LINES, subject=subject, sentence=sentence)


def _ref(attempt: Attempt, write: Mapping[str, Any]) -> OfferRef:
    return OfferRef(shop=attempt.shop, listing=write["listing"], variant=write["variant"])


def _shows_too_much(target: Target, rows: Mapping[str, Expectation]) -> bool:
    return any(
        row.shelf is Shelf.LISTED and row.quantity > target.quantities.get(place, 0)
        for place, row in rows.items()
    )


def _is_tried(standing: Standing, now: datetime) -> bool:
    return standing.dirty and standing.attempts > 0 and standing.next_at >= now - BOUND


async def _is_cut_off(session: AsyncSession, shop: ShopId) -> bool:
    """Whether a person was told that the shop takes nothing more from PEG."""
    states = {one.id: one.status for one in await directory.all_shops(session)}
    return states.get(shop, Status.CONNECTED) is not Status.CONNECTED


async def _nobody_at_it(session: AsyncSession, idle: Sequence[Standing]) -> Sequence[Breach]:
    """Those of which no question is open, on shops that PEG is to write to."""
    if not idle:
        return []
    known = await offers.by_ids(session, [one.offer for one in idle])
    asked = {one.subject for one in await questions.open_questions(session)}
    silent = {
        shop
        for shop in sorted({one.shop for one in idle})
        if await pause_of(session, shop) is not None or await _is_cut_off(session, shop)
    }
    found = []
    for one in idle:
        offer = known[one.offer]
        about = {str(offer.id), offer.ref.shop, *(part.sku for part in offer.components)}
        if offer.gone or offer.parked or about & asked or offer.ref.shop in silent:
            continue
        words = (
            f"{offer.name!r} shows more on {offer.ref.channel} than its {one.target.total}, and"
            " nobody lowers it"
        )
        found.append(Breach(truth=Truth.SHOWN, subject=str(offer.id), sentence=words))
    return found
