"""What the doctor finds of offers: those that are behind, and those that are not kept in step."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers, proposals
from peg.catalog.proposals import KeptProposal
from peg.domain.counted import counted
from peg.domain.offer_name import short_name
from peg.propagation import board
from peg.reads.newcomers import Newcomer, newcomers
from peg.reads.not_kept import NAMED_MAX, NotKept, Why, not_kept
from peg.reads.offers import rows_of
from peg.reads.waits import OF_A_PERSON, WaitsFor, waits_for
from peg.wiring.findings import Finding, State

_PAIRS = (
    "{many} for your word whether they are one piece, and PEG does not keep them in step until"
    " then: {named}: `peg match` shows them"
)

_SENTENCES = {
    Why.NOT_COUNTED: "{many} not counted on the shop: {named}: turn tracking on there, then"
    " `peg import`",
    Why.COUNTED_NO_MORE: "{many} sold without end, since the shop does not count them: {named}:"
    ' tick "Track quantity" there, and PEG keeps them again',
    Why.SELLS_ON: "{many} sold on when none is left, whatever PEG writes: {named}: untick"
    ' "Continue selling when out of stock" there',
    Why.SKU_DOUBLED: "{many} typed with a SKU that others of that shop have, too: {named}: mend"
    " that there, then `peg import`; or say what is sold, `peg match compose OFFER SKU`",
    Why.NO_SKU: "{many} without a SKU that both shops can carry: {named}: type one there, then"
    " `peg import`; or say what is sold, `peg match compose OFFER SKU`",
    Why.NOT_IMPORTED: "{many} not in the book yet: {named}: `peg import` takes them in, once every"
    " shop can be read",
}


async def not_in_step(session: AsyncSession) -> Sequence[Finding]:
    """Pairs that wait for a person, and offers that nothing will be done about, by the reason."""
    pairs = await proposals.open_proposals(session)
    found = await not_kept(session)
    sentences = [_pairs(pairs)] if pairs else []
    for why in _SENTENCES:
        mine = [one for one in found if one.why is why]
        if mine:
            sentences.append(_offers(why, mine))
    sentences += _newcomers(await newcomers(session))
    return [Finding(State.LOOK, "not in step", sentence) for sentence in sentences]


_WAITS = {
    WaitsFor.ANSWER: "{many} for your answer: `peg questions` lists what is asked",
    WaitsFor.FEE: "{many} for you, since a fee puts it back on sale: `peg offers --behind`",
    WaitsFor.SHOP: "{many} for a shop that is paused or out of reach: `peg offers --behind`",
}
"""What a marketplace refuses is told of by itself; of all else it is PEG's turn."""


async def behind(session: AsyncSession, *, running: bool) -> Sequence[Finding]:
    """Offers that do not show what they should, by whose turn it is; `running`: PEG takes its."""
    found = await offers.by_ids(session, await board.dirty_offers(session))
    rows = [row for row in await rows_of(session, list(found.values())) if row.connected]
    turns = Counter(waits_for(row) for row in rows)
    said = [
        words.format(many=counted(turns[turn], "waits", "wait"))
        for turn, words in _WAITS.items()
        if turns[turn]
    ]
    if ours := sum(many for turn, many in turns.items() if turn not in OF_A_PERSON):
        does = (
            f"{counted(ours, 'is on its', 'are on their')} way"
            if running
            else f"{counted(ours, 'waits', 'wait')} for `peg run`, and nobody runs it"
        )
        said.append(f"{does}: `peg offers --behind`")
    return [Finding(State.LOOK, "offers", sentence) for sentence in said]


def _newcomers(found: Sequence[Newcomer]) -> Sequence[str]:
    """By the shop: the comparison has seen them, and no import has."""
    return [
        f"{counted(many, 'listing', 'listings')} on {shop.partition(':')[0].capitalize()}"
        f" {'was' if many == 1 else 'were'} made or renamed since the last import, and PEG keeps no"
        " figure of what is new there: `peg import`"
        for shop, many in sorted(Counter(one.shop for one in found).items())
    ]


def _pairs(pairs: Sequence[KeptProposal]) -> str:
    named = [f"pair {one.id} ({one.etsy.short_name!r})" for one in pairs]
    return _PAIRS.format(many=counted(len(pairs), "pair waits", "pairs wait"), named=_first(named))


def _offers(why: Why, found: Sequence[NotKept]) -> str:
    many = counted(len(found), "offer is", "offers are")
    named = [
        f"offer {one.offer} ({short_name(one.title, one.options)!r} on"
        f" {one.shop.partition(':')[0].capitalize()})"
        for one in found
    ]
    more = " (`peg offers --unknown` lists all)" if len(found) > NAMED_MAX else ""
    return _SENTENCES[why].format(many=many, named=_first(named) + more)


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else ""
    return ", ".join(names[:NAMED_MAX]) + more
