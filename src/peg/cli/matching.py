"""`peg match`: which offers are the same piece."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import ClassVar, TypeVar

from cyclopts import App

from peg.catalog import proposals
from peg.cli.beginning import no_offers_yet
from peg.cli.cells import Title
from peg.cli.terminal import Here, Report
from peg.cli.words import Number, sku_of, whole
from peg.db.engine import Database
from peg.db.transaction import reading
from peg.domain.errors import BadQuantity, ErrorKind, PegError
from peg.domain.identity import OfferId, Sku
from peg.domain.near import quoted
from peg.domain.offer_name import variant_told
from peg.onboarding.composing import Composed
from peg.reads import offers as offer_reads
from peg.reads import pairs as pairs_read
from peg.reads.pairs import PairSide
from peg.wiring.peg import open_peg

T = TypeVar("T")

app = App(name="match", help="Say which offers are the same piece.", help_format="plaintext")


@app.default
@app.command(name="list")
async def list_(*, rejected: bool = False, here: Here) -> int:
    """Pairs that may be the same piece, the most likely first, with the reasons.

    Args:
        rejected: those that were rejected, instead; `peg match reopen` lets one wait again.
    """
    async with here.ground() as ground, reading(ground.database) as session:
        found = await pairs_read.pairs(session, rejected=rejected)
        anywhere = found or await offer_reads.all_offers(session, limit=1)
        none = "none" if anywhere else await no_offers_yet(session)
    todo = "`peg match accept PAIR` or `peg match reject PAIR`"
    if rejected:
        todo = "`peg match reopen PAIR`, if one is the same piece after all"
    report = Report(
        facts=[one.model_dump(mode="json") for one in found],
        columns=("pair", "sure", "on Shopify", "on Etsy", "because"),
        rows=[
            (
                one.id,
                f"{one.confidence} %",
                _named(one.shopify),
                _named(one.etsy),
                "; ".join(one.reasons),
            )
            for one in found
        ],
        sentence=todo if found else none,
    )
    return here.show(report)


class UnclearPairs(PegError):
    """Which pairs are meant, or which of them a SKU is for, was not said, or cannot be."""

    kind: ClassVar[ErrorKind] = "refused"


@app.command
async def accept(
    *pairs: Number, surer_than: Number | None = None, sku: str | None = None, here: Here
) -> int:
    """They are the same piece: from now on they share its stock.

    Of several pairs, one that cannot be accepted holds up no other; the exit code is 1 then.

    Args:
        pairs: their numbers.
        surer_than: also every pair that is at least so sure, in percent.
        sku: the piece's SKU, where neither offer has one that names it alone.
    """
    async with here.ground() as ground, open_peg(ground) as peg:
        wanted = await _wanted(ground.database, pairs, surer_than)
        given = None if sku is None else sku_of(sku)
        if given is not None and len(wanted) != 1:
            raise UnclearPairs(f"{given} names one piece: accept one pair by its number with it")
        engine = await peg.engine()
        decider = peg.decider(engine)
        decide = partial(decider.accept, who=here.who, sku=given)
        done, refused = await _each(wanted, decide, here)
        orders = await peg.importer(engine).take_in_kept(lambda _step, _by: None)
    asked = [sku for one in done.values() for sku in one.asked]
    doubt = f"the shops disagree about {', '.join(asked)}: `peg questions`" if asked else ""
    facts = {"asked": asked, "orders": orders}
    return here.show(_decided("accepted", done, refused, facts=facts, doubt=doubt))


async def _each(
    pairs: Sequence[int], decide: Callable[[int], Awaitable[T]], here: Here
) -> tuple[Mapping[int, T], Mapping[int, PegError]]:
    """Decide about one pair after the other: what came of those that could be, and why not of some.

    Raises:
        PegError: it was one pair only.
    """
    done: dict[int, T] = {}
    refused: dict[int, PegError] = {}
    with here.progress() as bars:
        for pair in bars.track(pairs, description="deciding"):
            try:
                done[pair] = await decide(pair)
            except PegError as error:
                refused[pair] = error
    if len(pairs) == len(refused) == 1:
        raise refused[pairs[0]]
    return done, refused


async def _wanted(
    database: Database, pairs: Sequence[int], surer_than: int | None = None
) -> Sequence[int]:
    if not pairs and surer_than is None:
        raise UnclearPairs(
            "name the pairs by number: `peg match list` shows them. `peg match accept` takes"
            " `--surer-than 90` as well"
        )
    wanted = list(pairs)
    if surer_than is not None and not 1 <= surer_than <= 100:
        raise UnclearPairs(f"a pair is from 1 to 100 % sure, not {surer_than}: `--surer-than 90`")
    if surer_than is not None:
        async with reading(database) as session:
            found = await proposals.open_proposals(session)
        wanted += [one.id for one in found if one.confidence >= surer_than]
    return list(dict.fromkeys(wanted))


def _decided(
    how: str,
    done: Collection[int],
    refused: Mapping[int, PegError],
    *,
    facts: Mapping[str, object] | None = None,
    doubt: str = "",
) -> Report:
    parts = [f"{len(done)} {how}", doubt]
    if refused:
        parts.append(f"{len(refused)} not, for the reasons above")
    return Report(
        facts={
            how: list(done),
            **(facts or {}),
            "refused": [
                {"id": pair, "error": type(error).__name__, "sentence": str(error)}
                for pair, error in refused.items()
            ],
        },
        columns=("pair", f"not {how} because"),
        rows=[(pair, str(error)) for pair, error in refused.items()],
        sentence="; ".join(part for part in parts if part),
        exit_code=1 if refused else 0,
    )


@app.command
async def reject(*pairs: Number, here: Here) -> int:
    """They are two pieces; they are not proposed again.

    What was held of one since the other was sold is let go. Of several pairs, one that cannot be
    rejected holds up no other; the exit code is 1 then. `peg match reopen` takes it back.

    Args:
        pairs: their numbers.
    """
    async with here.ground() as ground, open_peg(ground) as peg:
        wanted = await _wanted(ground.database, pairs)
        decider = peg.decider(await peg.engine())
        done, refused = await _each(wanted, partial(decider.reject, who=here.who), here)
    return here.show(_decided("rejected", done, refused))


@app.command
async def reopen(*pairs: Number, here: Here) -> int:
    """They were rejected, and may be one piece after all: they wait for your word again.

    Until then an order of one holds the other again. Where both are known as two pieces by now,
    `peg match compose` says what one of them sells instead.

    Args:
        pairs: their numbers, as `peg match list --rejected` shows them.
    """
    async with here.ground() as ground, open_peg(ground) as peg:
        wanted = await _wanted(ground.database, pairs)
        done, refused = await _each(wanted, peg.decider(await peg.engine()).reopen, here)
    return here.show(_decided("reopened", done, refused))


@app.command
async def compose(offer: Number, /, *parts: str, yes: bool = False, here: Here) -> int:
    """A sale of this offer takes these pieces: a set, or several of one.

    What the book has of it as of a piece of its own comes off, since a set is its pieces. Composing
    it back to its own SKU puts that back.

    Args:
        offer: its number, as `peg offers` lists it.
        parts: SKUs, each with `=N` where it takes more than one.
        yes: do it, also where pieces come off the book; without this that is only told.
    """
    wanted: Counter[Sku] = Counter()
    for text in parts:
        wanted.update(dict([_part(text)]))
    async with here.ground() as ground, open_peg(ground) as peg:
        engine = await peg.engine()
        done = await peg.decider(engine).compose(OfferId(offer), wanted, who=here.who, sure=yes)
        await peg.importer(engine).take_in_kept(lambda _step, _by: None)
    made_of = " + ".join(f"{count} x {sku}" for sku, count in wanted.items())
    facts = {
        "offer": offer,
        "title": done.offer.title,
        "parts": wanted,
        "brought_back": done.brought_back,
        "written_off": done.written_off,
        "left": done.left,
        "also_sold_by": [one.id for one in done.also_sold_by],
        "asked": done.asked,
    }
    return here.show(Report(facts=facts, sentence="\n".join(words_of(done, made_of))))


def words_of(done: Composed, made_of: str) -> list[str]:
    """What an offer is, what became of the items it was taken for, and what is to be asked."""
    named = f"offer {done.offer.id} ({done.offer.name!r} on {done.offer.ref.channel}) is {made_of}"
    back = [
        f"{sku}: {n} on the shelf again, which an earlier `peg match compose` had taken off"
        for sku, n in done.brought_back.items()
    ]
    off = [
        f"{sku} had {n} of its own: they count no more, since a set is its pieces. If this is the"
        f" wrong offer, `peg match compose {done.offer.id} {sku}` puts all back"
        for sku, n in done.written_off.items()
        if n
    ]
    left = [
        f"nothing sells {sku} now, and the book has {n}: `peg count {sku} 0` if there are none"
        for sku, n in done.left.items()
        if n
    ]
    also = [
        f"offer {one.id} ({one.name!r} on {one.ref.channel}) still sells it as one piece: if that"
        " is the same set, compose it too"
        for one in done.also_sold_by
    ]
    asked = [
        f"it shows another figure of {sku} than the book has; the lower holds: `peg questions`"
        for sku in done.asked
    ]
    return [named, *back, *off, *left, *also, *asked]


def _part(text: str) -> tuple[Sku, int]:
    name, _, count = text.partition("=")
    pieces = whole(count) if count else 1
    if pieces < 1:
        raise BadQuantity(f"{quoted(text)}: write SKU or SKU=2, with 1 piece or more")
    return sku_of(name), pieces


def _named(offer: PairSide) -> Title:
    variant = variant_told(offer.options)
    return Title(offer.title, f"({variant or offer.sku or 'no SKU'}), {offer.price}")
