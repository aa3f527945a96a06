"""What goes over the jeweller's own counter leaves the same shelf; no marketplace is told."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from tests.support.fair import fair
from tests.support.story import CHAIN, RING, opened

from marketsim.control import control_app
from marketsim.world import World


def test_both_shops_must_follow_a_sale_in_person() -> None:
    story = opened()

    story.in_person(RING, -1)
    waiting = story.report()["waiting"]["count"]
    story.shows("shopify", "ring", 0, after_s=1)
    story.shows("etsy", "ring", 0, after_s=1)

    told = story.report()
    assert (waiting, told["waiting"]["count"]) == (2, 0)
    assert told["in_person"] == {"sold": 1, "received": 0}
    assert told["seconds_to_lower"]["after_sales_in_person"]["max"] == 2.0
    assert told["seconds_to_lower"]["after_sales"]["count"] == 0


def test_whoever_buys_online_what_was_handed_over_is_judged_by_the_window() -> None:
    story = opened()

    story.in_person(RING, -1)
    story.sells("etsy", "ring", left=0, after_s=30)

    (case,) = story.report(ceiling_s=60)["double_sales"]["inside"]
    assert case["first"]["by"] == case["shown_because"] == "in person"
    assert len(story.report(ceiling_s=20)["double_sales"]["outside"]) == 1


def test_handing_over_what_was_sold_online_is_nobodys_fault_but_the_persons() -> None:
    story = opened()
    order = story.sells("shopify", "ring", left=0)

    story.in_person(RING, -1, after_s=900)

    told = story.report(ceiling_s=60)["double_sales"]
    (case,) = told["in_person"]
    assert (case["first"]["order"], case["second"]["market"]) == (order, "counter")
    assert not told["inside"]
    assert not told["outside"]


def test_pieces_from_the_bench_may_be_shown() -> None:
    story = opened()

    story.in_person(CHAIN, 2)
    story.shows("etsy", "chain", 7)

    told = story.report()
    assert told["in_person"]["received"] == 2
    assert told["came_back"] == 0
    assert not told["oversellable_now"]


@pytest.mark.parametrize(("after_s", "verdict"), [(0.5, "inside"), (1.5, "outside")])
def test_a_raise_that_is_on_its_way_cannot_be_called_back(after_s: float, verdict: str) -> None:
    """The app is told as the piece is handed over: what it sends after that is its fault."""
    story = opened()
    story.shows("etsy", "ring", 0)
    story.reads(("shopify", "ring"), ("etsy", "ring"))
    story.reads_orders("shopify", "etsy", after_s=1)

    story.in_person(RING, -1)
    story.shows("etsy", "ring", 1, after_s=after_s)
    story.sells("etsy", "ring", left=0)

    assert len(story.report()["double_sales"][verdict]) == 1


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = fair()
    yield world
    await world.close()


async def asked(world: World, **fields: Any) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=control_app(world))
    async with httpx2.AsyncClient(transport=transport, base_url="http://market.test") as client:
        return await client.post("/_control/counter", json=fields)


async def test_the_director_of_a_rehearsal_sells_in_person(world: World) -> None:
    piece = world.catalogue.pieces[0]
    before = world.truth.remaining[piece.id]

    answer = await asked(world, piece=piece.id, delta=-1)

    assert answer.json() == {"piece": piece.id, "remaining": before - 1}
    entry = world.truth.diary[-1].told()
    assert (entry["what"], entry["market"], entry["delta"]) == ("in_person", "counter", -1)


async def test_what_never_lay_there_is_refused(world: World) -> None:
    unknown = await asked(world, piece="no such thing", delta=-1)
    nothing = await asked(world, piece=world.catalogue.pieces[0].id, delta=0)

    assert (unknown.status_code, nothing.status_code) == (404, 422)
