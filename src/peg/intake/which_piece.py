"""Lines of which nobody is sure which piece they took: asked about while anything hangs on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers, proposals
from peg.catalog.offers import Offer
from peg.catalog.proposals import KeptProposal
from peg.domain.identity import Sku
from peg.domain.offer_name import offer_name
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.ledger import questions
from peg.ledger.line_meaning import Resolved
from peg.ledger.orders import Applied
from peg.ledger.questions import ANY_ITEM, OTHERWISE, Question

WHICH_PIECE = "which_piece"
"""The kind of the question which piece a line took."""

HOLD_ALL = "all"
"""Its answer while nobody knows: hold every piece that it may be."""


async def follow_guesses(
    session: AsyncSession,
    order: OrderSnapshot,
    meanings: Mapping[str, Resolved],
    applied: Applied,
    *,
    now: datetime,
) -> None:
    """Ask about the lines that hold too much; no more about those that are known, or hold nothing.

    A line of a cancelled order holds nothing.
    """
    told = {line.line: line for line in order.lines}
    for done in applied.lines:
        subject = f"{order.shop} {order.order} {done.line}"
        if done.settled or not done.stands:
            await questions.withdraw(session, WHICH_PIECE, subject, now=now)
        elif not done.sure and done.line in meanings:
            held = sorted({part.sku for part in meanings[done.line].components})
            await _ask(session, order, told[done.line], subject, held, now=now)


def held_for(question: Question) -> Sequence[Sku]:
    """The pieces that such a question, once answered, was about; none, if it is another one."""
    if question.kind != WHICH_PIECE:
        return []
    return sorted({Sku(one) for one in (*question.options, question.answer) if one} - {HOLD_ALL})


async def _ask(
    session: AsyncSession,
    order: OrderSnapshot,
    line: LineSnapshot,
    subject: str,
    held: Sequence[Sku],
    *,
    now: datetime,
) -> None:
    """What is asked already is put into the words of today."""
    does = "holds" if line.taken else "counts as come back"
    sold_from = await _sold_from(session, line)
    name = line.title if sold_from is None else offer_name(line.title, sold_from.options)
    sentence = (
        f"{order.name} sold {name!r}, and it is not sure which piece that is. Until you say,"
        f" PEG {does} {', '.join(held)}. The SKU of any other piece is an answer too"
        f"{await _for_good(session, line, sold_from)}"
    )
    evidence = {
        "shop": order.shop,
        "order": order.order,
        "line": line.line,
        ANY_ITEM: True,
        OTHERWISE: "; any other SKU that `peg stock` lists is an answer too",
    }
    await questions.ask(
        session,
        kind=WHICH_PIECE,
        subject=subject,
        sentence=sentence,
        evidence=evidence,
        options=(*held, HOLD_ALL),
        default=HOLD_ALL,
        now=now,
    )
    await questions.reword(session, WHICH_PIECE, subject, sentence, evidence)


def twin_words(pair: KeptProposal, sold_from: Offer) -> str:
    """What an offer without a piece may be the same as, and how to say whether it is."""
    other = pair.other(sold_from.id)
    return (
        f"It may be the same piece as {other.name!r} on {other.ref.channel}, {pair.confidence} %"
        f" sure: `peg match accept {pair.id}` if it is, `peg match reject {pair.id}` if not"
    )


async def _sold_from(session: AsyncSession, line: LineSnapshot) -> Offer | None:
    return None if line.ref is None else (await offers.by_refs(session, [line.ref])).get(line.ref)


async def _for_good(session: AsyncSession, line: LineSnapshot, sold_from: Offer | None) -> str:
    """What makes the listing known, so that the next order of it is sure."""
    if line.ref is None:
        return ""
    if sold_from is None:
        siblings = await offers.of_listing(session, line.ref.shop, line.ref.listing)
        return "; `peg import` reads its listing anew" if siblings else ""
    if sold_from.gone:
        return ""
    if sold_from.components:
        return (
            f". Its variation tells of one, and its SKU ({line.sku}) of another: see whether each"
            " SKU stands on one variation alone there, as PEG knows renamed variations by theirs"
        )
    twins = await proposals.open_of(session, sold_from.id)
    if twins:
        return "".join(f". {twin_words(one, sold_from)}" for one in twins)
    return f"; `peg match compose {sold_from.id} SKU` says it of this offer for good"
