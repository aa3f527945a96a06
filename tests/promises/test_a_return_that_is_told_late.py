"""A shop may show a cancelled ring again before it tells of the cancellation.

PEG asks about the ring then, and no more once the cancellation is told.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    NECKLACE,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
    shopify_ref,
)

from peg.catalog import mirror
from peg.domain.identity import OfferRef, ShopId, Sku
from peg.domain.offer import ANYWHERE
from peg.intake import surprises
from peg.ledger import questions
from peg.ledger.questions import Question

REFS = {SHOPIFY: shopify_ref(), ETSY: etsy_ref()}


@dataclass(frozen=True, slots=True)
class SoldPiece:
    """One was sold in the first minute, on the shop that is looked at."""

    bench: Bench
    shop: ShopId

    @property
    def ref(self) -> OfferRef:
        return REFS[self.shop]

    @property
    def place(self) -> str:
        return "71" if self.shop == SHOPIFY else ANYWHERE

    async def shows(self, pieces: int, *, at: float) -> str:
        """The shop is read, and its orders after that."""
        seen = await self.bench.read(self.ref, {self.place: pieces}, at=at)
        await self.bench.orders_read(self.shop, at=at + 1.5)
        return seen

    async def is_cancelled(self, *, at: float, told: float) -> None:
        cancelled = line(self.ref, restocked=1, at=self.place or None)
        order = OrderTold(shop=self.shop, created=0)
        await self.bench.take_in(order.told(at, cancelled), at=told)

    async def is_written(self, delta: int, *, at: float) -> None:
        """PEG drives the shop back to what the book allows."""
        offer = (await self.bench.news("offer.drifted"))[-1]["offer"]
        await mirror.note_compared_and_set(
            self.bench.session, offer, self.place, delta=delta, now=minute(at)
        )

    async def asked(self) -> list[Question]:
        return list(await questions.open_questions(self.bench.session))


@pytest.fixture(params=sorted(REFS), ids=lambda shop: shop.partition(":")[0])
def shop(request: pytest.FixtureRequest) -> ShopId:
    found: ShopId = request.param
    return found


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


@pytest.fixture
async def ring(bench: Bench, shop: ShopId) -> SoldPiece:
    return await one_sold_of(RING, 1, bench, shop)


@pytest.fixture
async def chain(bench: Bench, shop: ShopId) -> SoldPiece:
    return await one_sold_of(NECKLACE, 5, bench, shop)


async def one_sold_of(sku: Sku, pieces: int, bench: Bench, shop: ShopId) -> SoldPiece:
    await bench.stock(sku, pieces, at=await bench.place("71", "Atelier"))
    piece = SoldPiece(bench, shop)
    await bench.offer(piece.ref, sku, shows={piece.place: pieces})
    sold = line(piece.ref, 1, at=piece.place or None)
    await bench.take_in(OrderTold(shop=shop, created=0).told(1, sold), at=1)
    return piece


async def test_the_ring_that_came_back_is_no_other_one(ring: SoldPiece) -> None:
    await ring.shows(1, at=10)
    await ring.shows(1, at=12)
    asked = await ring.asked()

    await ring.is_cancelled(at=9, told=15)

    assert [one.kind for one in asked] == ["extra_pieces"]
    assert await ring.asked() == []
    assert await ring.bench.available() == 1
    assert await surprises.of_shop(ring.bench.session, ring.shop) == []


async def test_it_is_not_waited_for_once_more(ring: SoldPiece) -> None:
    """PEG had taken it off again meanwhile: it may put it back itself, and misses nothing."""
    await ring.shows(1, at=10)
    await ring.shows(1, at=12)
    await ring.is_written(-1, at=13)

    await ring.is_cancelled(at=9, told=15)

    assert (await ring.bench.expects(ring.ref, ring.place)).may_rise == 0
    assert [await ring.shows(0, at=at) for at in (16, 30)] == ["echo", "echo"]
    assert await ring.bench.available() == 1


async def test_what_was_shown_besides_is_asked_about_still(ring: SoldPiece) -> None:
    await ring.shows(3, at=10)
    await ring.shows(3, at=12)

    await ring.is_cancelled(at=9, told=15)

    (asked,) = await ring.asked()
    assert asked.evidence["more"] == 2
    assert "2 more than PEG knows of" in asked.sentence
    assert await ring.bench.available() == 1


async def test_what_somebody_typed_in_before_it_was_cancelled_is_another_one(
    ring: SoldPiece,
) -> None:
    await ring.shows(1, at=10)
    await ring.shows(1, at=12)

    await ring.is_cancelled(at=40, told=41)

    (asked,) = await ring.asked()
    assert asked.evidence["more"] == 1
    assert (await ring.bench.expects(ring.ref, ring.place)).may_rise == 1


async def test_a_chain_that_came_back_is_not_one_more(chain: SoldPiece) -> None:
    """Of goods in stock nobody is asked: it was believed to be another one."""
    await chain.shows(5, at=10)
    await chain.shows(5, at=12)
    believed = await chain.bench.available(NECKLACE)

    await chain.is_cancelled(at=9, told=15)

    assert (believed, await chain.bench.available(NECKLACE)) == (5, 5)
    assert [await chain.shows(5, at=at) for at in (16, 30)] == ["echo", "echo"]
    assert await chain.bench.available(NECKLACE) == 5
    assert await surprises.of_shop(chain.bench.session, chain.shop) == []


async def test_of_more_chains_than_came_back_the_others_stay(chain: SoldPiece) -> None:
    await chain.shows(8, at=10)
    await chain.shows(8, at=12)

    await chain.is_cancelled(at=9, told=15)

    assert await chain.bench.available(NECKLACE) == 8


async def test_a_chain_that_somebody_typed_in_before_another_was_cancelled_stays(
    chain: SoldPiece,
) -> None:
    await chain.shows(5, at=10)
    await chain.shows(5, at=12)

    await chain.is_cancelled(at=40, told=41)

    assert await chain.bench.available(NECKLACE) == 6
    assert (await chain.bench.expects(chain.ref, chain.place)).may_rise == 1


async def test_a_chain_that_somebody_typed_in_before_the_cancelled_one_was_sold_stays(
    chain: SoldPiece,
) -> None:
    """It was never paid, and cancelled within minutes; what had not been sold yet cannot return."""
    await chain.shows(5, at=10)
    await chain.shows(5, at=12)
    order = OrderTold(shop=chain.shop, order="6002", created=13)
    at = chain.place or None
    await chain.bench.take_in(order.told(13, line(chain.ref, 1, at=at)), at=13)

    await chain.bench.take_in(order.told(15, line(chain.ref, restocked=1, at=at)), at=16)

    assert await chain.bench.available(NECKLACE) == 5
    assert (await chain.bench.expects(chain.ref, chain.place)).may_rise == 1
