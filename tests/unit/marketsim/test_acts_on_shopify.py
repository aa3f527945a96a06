"""What a person rehearses on Shopify alone, by the control API."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from marketsim.build import build_world
from marketsim.control import control_app
from marketsim.market import UnitId
from marketsim.pieces import MARKETS
from marketsim.shopify.stock import UNLIMITED
from marketsim.world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = build_world(seed=1, http=httpx2.AsyncClient(), pieces=40)
    yield world
    await world.close()


@pytest.fixture
async def control(world: World) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=control_app(world))
    address = "http://market.test/_control"
    async with httpx2.AsyncClient(transport=transport, base_url=address) as client:
        yield client


async def act(control: httpx2.AsyncClient, path: str, **fields: object) -> dict[str, Any]:
    answer = await control.post(path, json=fields)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def single(world: World) -> UnitId:
    """A unit of which one is left."""
    return next(it.unit for it in world.market("shopify").offered() if it.quantity == 1)


def stocked(world: World) -> UnitId:
    return next(it.unit for it in world.market("shopify").offered() if it.quantity >= 3)


def lowest(world: World) -> int:
    """The lowest `available` of the shop."""
    return min(
        int(level["available"])
        for product in world.market("shopify").truth()["products"]
        for variant in product["variants"]
        for level in variant["levels"]
    )


async def test_the_till_sells_what_is_not_there(world: World, control: httpx2.AsyncClient) -> None:
    unit = single(world)

    for _ in range(2):
        await act(control, "/till", unit=unit)

    assert lowest(world) == -1


async def test_a_draft_order_holds_pieces_and_lets_them_go(
    world: World, control: httpx2.AsyncClient
) -> None:
    unit = single(world)

    held = await act(control, "/drafts", unit=unit, quantity=1)
    let_go = await act(control, "/drafts", unit=unit, quantity=-1)

    assert (held["buyable"], let_go["buyable"]) == (0, 1)


async def test_a_piece_is_taken_out_of_an_order_and_can_be_sold_again(
    world: World, control: httpx2.AsyncClient
) -> None:
    unit, market = stocked(world), world.market("shopify")
    bought = await act(control, "/orders", market="shopify", unit=unit, quantity=2)

    await act(control, "/orders/remove", order=bought["order"])

    assert market.buyable(unit) == bought["buyable"] + 1


async def test_places_are_opened_renamed_and_closed(
    world: World, control: httpx2.AsyncClient
) -> None:
    opened = await act(control, "/places", name="Fair")
    await act(control, "/places/rename", location=opened["location"], name="Market hall")
    await act(control, "/places/close", location=1, move_to=0)

    names = [it["name"] for it in world.market("shopify").truth()["locations"]]
    assert names[-1] == "Market hall"
    nowhere = await control.post("/places/close", json={"location": 9, "move_to": 0})
    itself = await control.post("/places/close", json={"location": 0, "move_to": 0})
    assert (nowhere.status_code, itself.status_code) == (422, 422)


async def test_a_place_has_a_name(control: httpx2.AsyncClient) -> None:
    nameless = await control.post("/places", json={"name": " "})
    unnamed = await control.post("/places/rename", json={"location": 0, "name": ""})

    assert (nameless.status_code, unnamed.status_code) == (422, 422)


async def test_what_was_deleted_is_neither_edited_nor_put_back(
    world: World, control: httpx2.AsyncClient
) -> None:
    units = {name: world.market(name).offered()[0].unit for name in MARKETS}
    for name, unit in units.items():
        world.market(name).delete(unit)

    for name, unit in units.items():
        which = {"market": name, "unit": unit}
        edited = await control.post("/stock", json=which | {"delta": 1})
        back = await control.post("/reactivate", json=which)
        assert (edited.status_code, back.status_code) == (409, 409), name


async def test_etsys_admin_takes_no_more_than_999_pieces(
    world: World, control: httpx2.AsyncClient
) -> None:
    unit = world.market("etsy").offered()[0]
    which = {"market": "etsy", "unit": unit.unit}

    beyond = await control.post("/stock", json=which | {"delta": 1_000 - unit.quantity})
    within = await control.post("/stock", json=which | {"delta": 999 - unit.quantity})

    assert (beyond.status_code, within.status_code) == (409, 200)
    assert "999" in beyond.json()["about"]


async def test_a_ghost_that_etsy_refuses_is_not_told_as_done(
    world: World, control: httpx2.AsyncClient
) -> None:
    unit = world.market("etsy").offered()[0].unit
    world.faults.set_rates({"etsy.ghost_unit": 0.0})

    answer = await control.post("/reactivate", json={"market": "etsy", "unit": unit})

    assert answer.status_code == 409


async def test_a_person_has_a_unit_sold_without_end_and_mends_it(
    world: World, control: httpx2.AsyncClient
) -> None:
    unit = single(world)

    shown = [
        (await act(control, "/tick", unit=unit, **ticks))["buyable"]
        for ticks in ({"tracked": False}, {}, {"sells_on": True}, {})
    ]

    assert shown == [UNLIMITED, 1, UNLIMITED, 1]


async def test_a_bundle_is_made_and_unmade(world: World, control: httpx2.AsyncClient) -> None:
    unit = single(world)

    made = await act(control, "/bundle", unit=unit)
    unmade = await act(control, "/bundle", unit=unit, bundle=False)

    assert (made["bundle"], unmade["bundle"]) == (True, False)
