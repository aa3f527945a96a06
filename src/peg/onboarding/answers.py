"""What a person's answer to a question sets in motion."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers, sets
from peg.domain.identity import OfferId, ShopId, Sku
from peg.domain.stock import Cause
from peg.intake import brake
from peg.intake.brake import MANY_CHANGED
from peg.intake.edits import WITHDRAWN_BY_HAND
from peg.intake.orders import told_which
from peg.intake.patience import Patience
from peg.intake.which_piece import HOLD_ALL, WHICH_PIECE
from peg.ledger import book, overdue, pieces_asked, places, questions
from peg.ledger.book import Posting
from peg.ledger.pieces_asked import DISAGREES, EXTRA_PIECES
from peg.ledger.questions import Question
from peg.ledger.suspense import STILL_THERE
from peg.propagation import board, many_raises
from peg.propagation.many_raises import MANY_RAISES
from peg.propagation.retarget import retarget, retarget_offers
from peg.reconciliation.run import DELETED, VANISHED, believe_gone


async def answer(
    session: AsyncSession, number: int, option: str, *, who: str, now: datetime
) -> Question:
    """Answer a question and act on it, in one transaction.

    Raises:
        NoSuchQuestion: there is none of that number, or it was answered.
        BadAnswer: not one of its options.
        IsASet: a set was named as the piece that was sold.
    """
    question = await questions.answer(session, number, option, who=who, now=now)
    if question.kind == DISAGREES:
        more = int(option) - int(question.default)
        await _correct(session, Sku(question.subject), more, question, who=who, now=now)
    elif question.kind == EXTRA_PIECES and option == "yes":
        await _believe_extra(session, question, who=who, now=now)
    elif question.kind == STILL_THERE:
        await overdue.answered(session, OfferId(int(question.subject)), option, now=now)
    elif question.kind == WITHDRAWN_BY_HAND and option == "put_back":
        await _put_back(session, OfferId(int(question.subject)), now=now)
    elif question.kind == WHICH_PIECE and question.answer not in {None, HOLD_ALL}:
        await _sold(session, question, Sku(str(question.answer)), now=now)
    elif question.kind == VANISHED and option == DELETED:
        await believe_gone(session, question, now=now)
    elif question.kind == MANY_CHANGED:
        await _end_brake(session, ShopId(question.subject), option, now=now)
    elif question.kind == MANY_RAISES:
        await many_raises.clear_shop(session, ShopId(question.subject), now=now)
    return question


async def _sold(session: AsyncSession, question: Question, sku: Sku, *, now: datetime) -> None:
    await sets.refuse_sets(session, sku)
    await told_which(session, question, sku, patience=Patience(), now=now)


async def _end_brake(session: AsyncSession, shop: ShopId, option: str, *, now: datetime) -> None:
    """The book follows the shop, or the shop the book; what that raises has been asked about."""
    act = brake.believe if option == brake.BELIEVE else brake.put_back
    changed = await act(session, shop, now=now)
    skus = sorted({part.sku for offer in changed for part in offer.components})
    await retarget(session, skus, now=now)
    concerned = await offers.of_skus(session, skus)
    await many_raises.clear(session, [offer.id for offer in concerned], now=now)


async def _correct(
    session: AsyncSession, sku: Sku, more: int, question: Question, *, who: str, now: datetime
) -> None:
    if not more:
        return
    posting = Posting(
        sku=sku,
        location=await places.fullest(session, sku),
        on_hand=more,
        cause=Cause.CORRECTED,
        source=who,
        reference=f"question {question.id}",
        happened_at=now,
        note=f"{question.sentence} {question.answer}",
    )
    await book.post(session, [posting], now=now)
    await pieces_asked.meet(session, sku, more, now=now)


async def _believe_extra(
    session: AsyncSession, question: Question, *, who: str, now: datetime
) -> None:
    """What one shop showed too many of is really there."""
    for sku, more in question.evidence["parts"].items():
        await _correct(session, Sku(sku), more, question, who=who, now=now)


async def _put_back(session: AsyncSession, offer: OfferId, *, now: datetime) -> None:
    await offers.park(session, offer, parked=False)
    known = await offers.by_ids(session, [offer])
    await retarget_offers(session, list(known.values()), now=now)
    await board.make_dirty(session, offer, now=now)
