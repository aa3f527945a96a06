"""What the doctor finds in the book: whether it adds up, and what in it waits for a person."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog.offers import Offer
from peg.domain.counted import counted
from peg.intake import unread
from peg.ledger import cases, order_rows, questions, truths
from peg.propagation import pauses, retarget
from peg.propagation.unstocked import unstocked
from peg.reads.low_stock import low_stock
from peg.reconciliation import breaches, invariants
from peg.wiring.findings import Finding, State

LOW_SHOWN_MAX = 5
PLACES_NAMED_MAX = 5
UNTRUE_SHOWN_MAX = 5


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
    few = ", ".join(f"{one.name!r} on {one.ref.channel}" for one in found[:PLACES_NAMED_MAX])
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
