"""What a reading leaves behind, as tests of doubts ask for it."""

from tests.support.bench import NECKLACE, Bench

from peg.catalog.offers import Offer
from peg.domain.identity import OfferRef
from peg.intake import checks
from peg.ledger import questions


async def chain(bench: Bench, ref: OfferRef, pieces: int = 5) -> Offer:
    """A stocked piece, offered."""
    await bench.stock(NECKLACE, pieces)
    return await bench.offer(ref, NECKLACE, shows=pieces)


async def check_of(bench: Bench, offer: Offer) -> checks.Check | None:
    return await checks.check_of(bench.session, offer.id)


async def asked(bench: Bench) -> list[str]:
    return [one.kind for one in await questions.open_questions(bench.session)]


async def drifted(bench: Bench) -> list[int]:
    return [body["offer"] for body in await bench.news("offer.drifted")]
