"""Pieces that were typed into a shop a moment ago, and what is told of them after."""

from tests.support.bench import NECKLACE, Bench, etsy_ref, minute, shopify_ref

from peg.catalog import offers
from peg.domain.identity import LocationId, OfferRef, Sku
from peg.intake.edits import Edits
from peg.ledger import counter, overdue, questions
from peg.ledger.questions import Question
from peg.ledger.told_twice import TWICE_WITHIN

GALLERY = LocationId("gallery")
WINDOW = TWICE_WITHIN.total_seconds() / 60
"""Minutes in which what is typed and what is told may be the same."""


async def five_chains(bench: Bench) -> None:
    """On both shops."""
    await bench.stock(NECKLACE, 5)
    await bench.offer(shopify_ref(), NECKLACE, shows=5)
    await bench.offer(etsy_ref(), NECKLACE, shows=5)


async def types(
    bench: Bench, more: int, *, at: float = 0, ref: OfferRef | None = None, place: str = ""
) -> None:
    """So many more were typed in on a shop, and PEG believes them."""
    await (await edits_of(bench, ref, at=at)).believe_more(place, more)


async def receives(
    bench: Bench,
    pieces: int,
    *,
    at: float = 3,
    place: LocationId | None = None,
    sku: Sku = NECKLACE,
) -> None:
    await counter.receive(bench.session, sku, pieces, who="anna", location=place, now=minute(at))


async def edits_of(bench: Bench, ref: OfferRef | None = None, *, at: float) -> Edits:
    """Of Shopify's offer, if no other is named."""
    (offer,) = (await offers.by_refs(bench.session, [ref or shopify_ref()])).values()
    return Edits(session=bench.session, offer=offer, now=minute(at))


async def the_question(bench: Bench) -> Question:
    (one,) = await questions.open_questions(bench.session)
    return one


async def on_hand(bench: Bench, sku: Sku = NECKLACE) -> int:
    return (await bench.level(sku)).on_hand


async def no_order_comes(bench: Bench) -> None:
    await overdue.close_due(bench.session, now=minute(24 * 60))
