"""What is asked about how many pieces there are, and what somebody says elsewhere that meets it.

An answer speaks of the figures as they were worded last. What is sold since then comes off by
itself; a count of the shelf settles the question, and pieces that somebody tells of otherwise are
put into its words: no piece is told of twice.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import BOOK, SALES, OfferId, ShopId, Sku
from peg.ledger import queries, questions
from peg.ledger.questions import OTHERWISE, Question

DISAGREES = "stock_disagrees"
"""The kind of the question that is asked when shops, or a shop and the book, differ at import."""

EXTRA_PIECES = "extra_pieces"
"""The kind of the question whether there is really another one."""

OR_COUNT = ": if there is another number of them, `peg count` the shelf, which settles this too"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """What one offer shows too many of.

    Attributes:
        shown: units of the offer, by the reading that tells of them.
        seen_at: when that was.
        covered: PEG has written there since, so the shop shows them no more.
        more: units nobody knows of, all changes taken together.
        parts: pieces of each item that would be in them.
    """

    offer: OfferId
    title: str
    channel: str
    listing: str
    shown: int
    seen_at: datetime
    more: int
    parts: Mapping[Sku, int]
    covered: bool = False


async def ask_how_many(
    session: AsyncSession, sku: Sku, title: str, said: Mapping[ShopId, int], *, now: datetime
) -> None:
    """Ask how many there are; until somebody answers, the lowest figure holds."""
    words = _figures(sku, title, said, since=0)
    await questions.ask(session, kind=DISAGREES, subject=sku, **words, now=now)


async def ask_about_extra(session: AsyncSession, extra: Extra, *, now: datetime) -> None:
    """Ask whether more pieces are really there; a further change is added to what is asked."""
    await ask_about(session, str(extra.offer), _facts(extra), now=now)


async def ask_about(
    session: AsyncSession, offer: str, facts: Mapping[str, Any], *, now: datetime
) -> None:
    """Ask whether more pieces are there: those a shop shows, or that were `told` of twice."""
    known = await questions.open_about(session, EXTRA_PIECES, offer)
    if known is None:
        words = _another(facts, again=False)
        await questions.ask(session, kind=EXTRA_PIECES, subject=offer, **words, now=now)
        return
    all_told = {
        **_both(known.evidence, facts),
        "more": facts["more"] + known.evidence["more"],
        "parts": dict(Counter(known.evidence["parts"]) + Counter(facts["parts"])),
    }
    await questions.reword(session, EXTRA_PIECES, offer, **_another(all_told, again=True))


def items_of(question: Question) -> Sequence[Sku]:
    """The items whose pieces a question is about; none, if it is about something else."""
    if question.kind == DISAGREES:
        return [Sku(question.subject)]
    return sorted(question.evidence["parts"]) if question.kind == EXTRA_PIECES else []


async def settle_by_count(session: AsyncSession, sku: Sku, *, now: datetime) -> None:
    """The whole shelf was counted: what was asked about it before is answered by that."""
    await questions.withdraw(session, DISAGREES, sku, now=now)
    for one in await _asked_extra(session, sku):
        await _reduce(session, one, sku, one.evidence["parts"][sku], now=now)


async def meet(
    session: AsyncSession, sku: Sku, pieces: int, *, typed: int = 0, now: datetime
) -> None:
    """Somebody told of so many more: they may be those that are asked about.

    Whoever knows of more than these says so by another answer, or counts. Those she had `typed`
    just before have met what is asked already; whether they are the same is asked by itself.
    """
    disputed = await questions.open_about(session, DISAGREES, sku)
    if disputed is not None:
        await _add_to_figures(session, sku, disputed, pieces - typed)
    for one in await _asked_extra(session, sku):
        anew = pieces - typed if "told" in one.evidence else pieces
        await _reduce(session, one, sku, max(0, anew), now=now)


async def tell_of_release(session: AsyncSession, sku: Sku, words: str, *, since: datetime) -> None:
    """What a hold let go of may be what a shop showed too many of: who answers has to know."""
    for one in await _asked_extra(session, sku):
        facts = one.evidence
        if "told" not in facts and datetime.fromisoformat(facts["seen_at"]) >= since:
            words_now = _another({**facts, "let_go": words}, again=True)
            await questions.reword(session, EXTRA_PIECES, one.subject, **words_now)


async def told_twice(session: AsyncSession, sku: Sku) -> Sequence[Question]:
    """What is asked about pieces of an item that were typed into a shop and told as well."""
    return [one for one in await _asked_extra(session, sku) if "told" in one.evidence]


async def meet_by_return(
    session: AsyncSession, sku: Sku, pieces: int, *, shop: ShopId, order: str
) -> None:
    """An order gave back so many: those that it took before the figures are on top of all of them.

    What was sold since then and came back again is in none of them.
    """
    disputed = await questions.open_about(session, DISAGREES, sku)
    if disputed is None:
        return
    net = await queries.net_of_order(session, sku, shop, order, since=disputed.asked_at)
    if (back := min(pieces, net)) > 0:
        await _add_to_figures(session, sku, disputed, back)


async def explain_by_order(
    session: AsyncSession,
    sku: Sku,
    pieces: int,
    *,
    unheard_by: Callable[[ShopId], bool],
    now: datetime,
) -> None:
    """An order that nobody had heard of explains why its shop showed fewer than other voices.

    Those that are without it are told by `unheard_by`.
    """
    one = await questions.open_about(session, DISAGREES, sku)
    if one is None:
        return
    lowest = one.evidence["lowest"]
    said = {
        ShopId(voice): max(lowest, figure - pieces) if unheard_by(ShopId(voice)) else figure
        for voice, figure in one.evidence["said"].items()
    }
    if said == one.evidence["said"]:
        return
    if len(set(said.values())) == 1:
        await questions.withdraw(session, DISAGREES, sku, now=now)
        return
    words = _figures(sku, one.evidence["title"], said, since=one.evidence["since"])
    await questions.reword(session, DISAGREES, sku, **words)


async def explain_extra(session: AsyncSession, offer: OfferId, units: int, *, now: datetime) -> int:
    """So many of what an offer shows too many of are known by now, or gone; how many those were."""
    one = await questions.open_about(session, EXTRA_PIECES, str(offer))
    if one is None:
        return 0
    more: int = one.evidence["more"]
    known = min(units, more)
    for sku, pieces in one.evidence["parts"].items():
        newest = await questions.open_about(session, EXTRA_PIECES, str(offer))
        if newest is not None and known:
            await _reduce(session, newest, Sku(sku), -(-pieces * known // more), now=now)
    return known


async def explain_by_return(
    session: AsyncSession, offer: OfferId, units: int, *, since: datetime, now: datetime
) -> int:
    """A shop told late that so many units came back: how many of those seen `since` they are.

    What was seen before is something else, however much later somebody was asked about it.
    """
    one = await questions.open_about(session, EXTRA_PIECES, str(offer))
    if one is None or datetime.fromisoformat(one.evidence["seen_at"]) < since:
        return 0
    return await explain_extra(session, offer, units, now=now)


async def _add_to_figures(session: AsyncSession, sku: Sku, one: Question, pieces: int) -> None:
    facts = one.evidence
    said = {ShopId(shop): figure for shop, figure in facts["said"].items()}
    words = _figures(sku, facts["title"], said, since=facts["since"] + pieces)
    await questions.reword(session, DISAGREES, sku, **words)


async def _asked_extra(session: AsyncSession, sku: Sku) -> Sequence[Question]:
    asked = await questions.open_questions(session, EXTRA_PIECES)
    return [one for one in asked if sku in one.evidence["parts"]]


async def _reduce(
    session: AsyncSession, one: Question, sku: Sku, pieces: int, *, now: datetime
) -> None:
    """Ask about so many pieces of an item less; about nothing no more."""
    parts = {**one.evidence["parts"], sku: max(0, one.evidence["parts"][sku] - pieces)}
    left = {part: count for part, count in parts.items() if count}
    if not left:
        await questions.withdraw(session, EXTRA_PIECES, one.subject, now=now)
        return
    more = min(one.evidence["more"], max(left.values()))
    facts = {**one.evidence, "more": more, "parts": left}
    await questions.reword(session, EXTRA_PIECES, one.subject, **_another(facts, again=True))


def _facts(extra: Extra) -> Mapping[str, Any]:
    names = ("title", "channel", "listing", "shown", "more", "covered")
    facts = {name: getattr(extra, name) for name in names}
    return {**facts, "seen_at": extra.seen_at.isoformat(), "parts": dict(extra.parts)}


def _both(before: Mapping[str, Any], facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is told in the words of a question to which something comes."""
    if "told" not in facts:
        return facts
    if "told" not in before:
        return before
    return {**before, **{name: [*before[name], *facts[name]] for name in ("typed", "told")}}


def _another(facts: Mapping[str, Any], *, again: bool) -> dict[str, Any]:
    sentence = _counted_once(facts) if "told" in facts else _shows_more(facts, again=again)
    return {
        "sentence": sentence,
        "evidence": {**facts, OTHERWISE: OR_COUNT},
        "options": ["no", "yes"],
        "default": "no",
    }


def _counted_once(facts: Mapping[str, Any]) -> str:
    ((sku, pieces),) = facts["parts"].items()
    told = ", and ".join([*facts["typed"], *facts["told"]])
    taken = "PEG takes them for the same and counts them once"
    return f"{sku}: {told}. {taken}. Are they others, so that there are {pieces} more?"


def _shows_more(facts: Mapping[str, Any], *, again: bool) -> str:
    shows, since = ("showed", " until PEG wrote there") if facts["covered"] else ("shows", "")
    parts = facts["parts"]
    named = repr(facts["title"])
    if list(parts.values()) == [facts["more"]]:
        named += f" ({next(iter(parts))})"
        more = f"{facts['more']} more"
    else:
        more = " and ".join(f"{pieces} more of {sku}" for sku, pieces in sorted(parts.items()))
    shown = f"{named} {shows} {facts['shown']} on {facts['channel']}{since}"
    all_told = " in all, by everything told so far" if again else ""
    let_go = f" Since then {facts['let_go']}: counted already." if "let_go" in facts else ""
    return f"{shown}, {more} than PEG knows of{all_told}.{let_go} Is there really another one?"


def _figures(sku: Sku, title: str, said: Mapping[ShopId, int], *, since: int) -> dict[str, Any]:
    """The words of the question; `since` are pieces somebody told of after those figures."""
    lowest = min(said.values())
    voices = sorted(said, key=lambda shop: (shop == SALES, shop))
    figures = ", ".join(f"{_voice(shop)} {said[shop]}" for shop in voices)
    told = f" {since} more came in since." if since else ""
    return {
        "sentence": f"{title!r} ({sku}): {figures}.{told} How many can be sold?",
        "evidence": {
            "title": title,
            "said": dict(said),
            "lowest": lowest,
            "since": since,
            OTHERWISE: OR_COUNT,
        },
        "options": [str(figure + since) for figure in sorted(set(said.values()))],
        "default": str(lowest + since),
    }


def _voice(shop: ShopId) -> str:
    told = {BOOK: "the book has", SALES: "less what the other sold it may be"}
    return told.get(shop, f"{shop} shows")
