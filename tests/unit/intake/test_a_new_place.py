"""A marketplace begins to stock a piece at another of its places."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import NOON, RING, Bench, open_bench, shopify_ref

from peg.domain.messages import OfferDrifted
from peg.propagation import board
from peg.propagation.retarget import retarget_offers
from peg.propagation.unstocked import unstocked


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def test_what_lies_there_can_be_shown_from_then_on(bench: Bench) -> None:
    atelier = await bench.place("7001", "Atelier")
    gallery = await bench.place("7002", "Gallery")
    await bench.stock(RING, 1, at=atelier)
    await bench.post(RING, at=gallery, on_hand=2)
    offer = await bench.offer(shopify_ref(), RING, shows={"7001": 1})
    assert [one.place.name for one in await unstocked(bench.session)] == ["Gallery"]

    await bench.read(shopify_ref(), {"7001": 1, "7002": 0})

    assert await bench.news(OfferDrifted.topic)
    await retarget_offers(bench.session, [offer], now=NOON)
    (standing,) = (await board.standings(bench.session, [offer.id])).values()
    assert standing.target.quantities == {"7001": 1, "7002": 2}
    assert not await unstocked(bench.session)
