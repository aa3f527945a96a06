"""`peg match`: which offers are the same piece."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar

from cyclopts import App

from peg.catalog import proposals
from peg.cli.cells import Title
from peg.cli.terminal import Here, Report
from peg.cli.words import Number, sku_of, whole
from peg.db.engine import Database
from peg.db.transaction import reading
from peg.domain.errors import BadQuantity, ErrorKind, PegError
from peg.domain.identity import OfferId, Sku
from peg.domain.near import quoted
from peg.onboarding.composing import Composed
from peg.reads import pairs as pairs_read
from peg.reads.pairs import PairSide
from peg.wiring.peg import open_peg

app = App(name="match", help="Say which offers are the same piece.", help_format="plaintext")


@app.default
@app.command(name="list")
async def list_(*, here: Here) -> int:
    """Pairs that may be the same piece, the most likely first, with the reasons."""
    async with here.ground() as ground, reading(ground.database) as session:
        found = await pairs_read.pairs(session)
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
        sentence="`peg match accept PAIR` or `peg match reject PAIR`" if found else "none",
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
        asked: list[Sku] = []
        refused: dict[int, PegError] = {}
        with here.progress() as bars:
            for pair in bars.track(wanted, description="reading"):
                try:
                    asked += (await decider.accept(pair, who=here.who, sku=given)).asked
                except PegError as error:
                    refused[pair] = error
        if len(wanted) == len(refused) == 1:
            raise refused[wanted[0]]
        orders = await peg.importer(engine).take_in_kept(lambda _step, _by: None)
    return here.show(
        _accepted([one for one in wanted if one not in refused], asked, refused, orders)
    )


async def _wanted(
    database: Database, pairs: Sequence[int], surer_than: int | None
) -> Sequence[int]:
    if not pairs and surer_than is None:
        raise UnclearPairs(
            "name the pairs by number (`peg match list` shows them), or say `--surer-than 90`"
        )
    wanted = list(pairs)
    if surer_than is not None and not 1 <= surer_than <= 100:
        raise UnclearPairs(f"a pair is from 1 to 100 % sure, not {surer_than}: `--surer-than 90`")
    if surer_than is not None:
        async with reading(database) as session:
            found = await proposals.open_proposals(session)
        wanted += [one.id for one in found if one.confidence >= surer_than]
    return list(dict.fromkeys(wanted))


def _accepted(
    accepted: Sequence[int], asked: Sequence[Sku], refused: Mapping[int, PegError], orders: int
) -> Report:
    sentence = f"{len(accepted)} accepted"
    if asked:
        sentence += f"; the shops disagree about {', '.join(asked)}: `peg questions`"
    if refused:
        sentence += f"; {len(refused)} not, for the reasons above"
    return Report(
        facts={
            "accepted": accepted,
            "asked": asked,
            "orders": orders,
            "refused": [
                {"id": pair, "error": type(error).__name__, "sentence": str(error)}
                for pair, error in refused.items()
            ],
        },
        columns=("pair", "not accepted because"),
        rows=[(pair, str(error)) for pair, error in refused.items()],
        sentence=sentence,
        exit_code=1 if refused else 0,
    )


@app.command
async def reject(*pairs: Number, here: Here) -> int:
    """They are two pieces; they are not proposed again.

    Args:
        pairs: their numbers.
    """
    if not pairs:
        raise UnclearPairs("name the pairs by number: `peg match list` shows them")
    async with here.ground() as ground, open_peg(ground) as peg:
        decider = peg.decider(await peg.engine())
        for pair in pairs:
            await decider.reject(pair, who=here.who)
    return here.show(Report(facts={"rejected": pairs}, sentence=f"{len(pairs)} rejected"))


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
    named = f"offer {done.offer.id} ({done.offer.title!r} on {done.offer.ref.channel}) is {made_of}"
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
        f"offer {one.id} ({one.title!r} on {one.ref.channel}) still sells it as one piece: if that"
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
    options = ", ".join(offer.options.values())
    return Title(offer.title, f"({options or offer.sku or 'no SKU'}), {offer.price}")
