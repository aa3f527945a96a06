"""Why offers do not show their newest targets yet: not all that waits is under way."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog.expectation import Expectation
from peg.domain.identity import OfferId, ShopId
from peg.domain.offer import Shelf
from peg.ledger import questions
from peg.propagation.board import Standing
from peg.propagation.many_raises import MANY_RAISES
from peg.propagation.pauses import pause_of
from peg.reconciliation.compare import UNDER_WAY, Action, Behind, CauseClass


async def why_behind(
    session: AsyncSession,
    shop: ShopId,
    standings: Mapping[OfferId, Standing],
    expected: Mapping[OfferId, Mapping[str, Expectation]],
) -> Mapping[OfferId, Behind]:
    """Of each offer of a shop that is driven to its target, what that waits for.

    A pause comes before a question, since no answer ends it.
    """
    waiting = [one for one in standings.values() if one.dirty]
    if not waiting:
        return {}
    paused = await pause_of(session, shop)
    if paused is not None:
        words = {"pause": paused.scope, "why": paused.why}
        stopped = Behind(cause=CauseClass.PAUSED, action=Action.WAIT, evidence=words)
        return {one.offer: stopped for one in waiting}
    open_now = await questions.open_questions(session)
    asked = {one.subject: one.id for one in open_now if one.kind != MANY_RAISES}
    no_raises = next(
        (one.id for one in open_now if (one.kind, one.subject) == (MANY_RAISES, shop)), None
    )
    found = {}
    for one in waiting:
        question = asked.get(str(one.offer))
        if question is None and _is_raise(one, expected.get(one.offer, {})):
            question = no_raises
        found[one.offer] = _waits_for(one, question)
    return found


def _waits_for(standing: Standing, question: int | None) -> Behind:
    if question is not None:
        about = {"question": question}
        return Behind(cause=CauseClass.ASKED, action=Action.ASK, evidence=about)
    if standing.refused_at is not None:
        words = {"why": standing.last_outcome}
        return Behind(cause=CauseClass.REFUSED, action=Action.REPORT, evidence=words)
    return UNDER_WAY


def _is_raise(standing: Standing, rows: Mapping[str, Expectation]) -> bool:
    shown = sum(row.quantity for row in rows.values() if row.shelf is Shelf.LISTED)
    return standing.target.total > shown
