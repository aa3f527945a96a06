"""The marketplaces' own record, in the judges' words."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.support.open_world import control_of, open_practice_world

from marketsim.webhooks import Notice
from marketsim.world import World
from peg.cli.demo.practice import Control
from peg.cli.demo.verdict.asking import Beginning, ask, first_look, record_of
from peg.cli.demo.verdict.record import Record


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_practice_world() as opened:
        yield opened


@pytest.fixture
async def control(world: World) -> AsyncIterator[Control]:
    async with control_of(world) as control:
        yield control


async def of_a_kind(control: Control, market: str) -> dict[str, Any]:
    """A unit that sells one of a piece, of which there are several."""
    units: list[dict[str, Any]] = (await control.read("units", market=market))["units"]
    return next(one for one in units if list(one["pieces"].values()) == [1] and one["buyable"] > 2)


async def on_both(control: Control) -> tuple[dict[str, Any], dict[str, Any]]:
    """A piece of which there is one, as a unit on Etsy and on Shopify."""
    units: list[dict[str, Any]] = (await control.read("units"))["units"]
    single = {
        (one["market"], *one["pieces"]): one
        for one in units
        if one["buyable"] == 1 and len(one["pieces"]) == 1
    }
    pieces = sorted(piece for market, piece in single if market == "etsy")
    piece = next(piece for piece in pieces if ("shopify", piece) in single)
    return single["etsy", piece], single["shopify", piece]


async def record(control: Control, beginning: Beginning) -> Record:
    return record_of(await ask(control, ceiling_s=60), beginning, hasty=[])


@pytest.mark.parametrize("market", ["shopify", "etsy"])
@pytest.mark.parametrize("fate", ["open", "fulfil", "cancel"])
async def test_a_line_is_told_by_what_became_of_it(
    control: Control, market: str, fate: str
) -> None:
    beginning = await first_look(control)
    unit = await of_a_kind(control, market)
    bought = await control.act("orders", market=market, unit=unit["unit"], quantity=2)
    order = {"market": market, "order": bought["order"]}
    await control.act("orders/pay", **order)
    if fate != "open":
        await control.act(f"orders/{fate}", **order)

    told = await record(control, beginning)
    (line,) = told.lines
    states = {"open": (2, 0, 0), "fulfil": (0, 0, 2), "cancel": (0, 2, 0)}
    (piece,) = unit["pieces"]
    assert (line.open, line.restocked, line.gone) == states[fate]
    assert (line.market, line.unit) == (market, unit["unit"])
    assert line.order == bought["order"].rsplit("/")[-1]
    assert (line.order in told.cancelled) is (fate == "cancel")
    assert told.remaining[piece] == told.at_first[piece] - (0 if fate == "cancel" else 2)


async def test_units_of_shopify_that_came_back_are_told_apart_from_those_that_did_not(
    control: Control,
) -> None:
    beginning = await first_look(control)
    unit = await of_a_kind(control, "shopify")
    bought = await control.act("orders", market="shopify", unit=unit["unit"], quantity=3)
    order = {"market": "shopify", "order": bought["order"]}
    await control.act("orders/pay", **order)
    await control.act("orders/refund", **order, restock="no_restock")
    await control.act("orders/refund", **order, restock="cancel")

    (line,) = (await record(control, beginning)).lines
    assert (line.open, line.restocked, line.gone) == (1, 1, 1)


async def test_what_the_shops_began_with_is_noted_and_what_they_changed_of_it(
    control: Control, world: World
) -> None:
    unit = await of_a_kind(control, "etsy")
    (piece,) = unit["pieces"]
    beginning = await first_look(control)
    key = ("etsy", unit["unit"])
    title, price = beginning.words[key]
    another = Beginning(shown=beginning.shown, words={**beginning.words, key: (title, price + 1)})

    assert beginning.shown[piece] == unit["buyable"] == world.truth.remaining[piece]
    assert (await record(control, beginning)).reworded == []
    (sentence,) = (await record(control, another)).reworded
    assert unit["unit"] in sentence


async def test_hand_edits_and_what_is_shown_since_are_told_in_order(control: Control) -> None:
    beginning = await first_look(control)
    unit = await of_a_kind(control, "etsy")
    await control.act("stock", market="etsy", unit=unit["unit"], delta=-1)

    edited, shown = (await record(control, beginning)).happened
    assert (edited.what, edited.delta) == ("edited", -1)
    assert (shown.what, shown.before - shown.buyable, shown.by_app) == ("shown", 1, False)


async def test_a_sale_that_the_other_shop_did_not_follow_is_told(control: Control) -> None:
    beginning = await first_look(control)
    twin, single = await on_both(control)
    await control.act("orders", market="shopify", unit=single["unit"])

    told = await record(control, beginning)
    assert told.waiting == {("etsy", twin["unit"])}
    assert [one.key for one in told.too_many] == [("etsy", twin["unit"])]
    assert told.too_many[0].pieces == twin["pieces"]


async def test_deliveries_are_told_by_who_sent_them(control: Control, world: World) -> None:
    beginning = await first_look(control)
    quiet = dict.fromkeys(world.faults.rates(), 0.0)
    world.faults.set_rates(quiet | {"etsy.webhook_forged": 1.0})
    world.practices["etsy"].courier.send(
        Notice(
            id="n1",
            subscription="s1",
            topic="order.paid",
            url="http://peg.test",
            body=b"{}",
            sign=lambda _body, _attempt: {},
        )
    )
    for _ in range(20):
        await asyncio.sleep(0)

    told = await record(control, beginning)
    assert told.acknowledged == {("etsy", "n1")}
    assert told.forged == 1


async def test_two_buyers_of_one_piece_are_told_with_both_orders(control: Control) -> None:
    beginning = await first_look(control)
    on_etsy, on_shopify = await on_both(control)
    (piece,) = on_etsy["pieces"]
    orders = []
    for unit in (on_shopify, on_etsy):
        bought = await control.act("orders", market=unit["market"], unit=unit["unit"])
        orders.append(bought["order"].rsplit("/")[-1])
        await asyncio.sleep(0)

    (twice,) = (await record(control, beginning)).double_sales
    assert (twice.verdict, twice.piece, twice.because) == ("inside", piece, "sale")
    assert [twice.first, twice.second] == orders


async def test_what_goes_over_the_counter_is_told_beside_the_orders(control: Control) -> None:
    beginning = await first_look(control)
    _, unit = await on_both(control)
    (piece,) = unit["pieces"]
    bought = await control.act("orders", market="shopify", unit=unit["unit"])
    await control.act("counter", piece=piece, delta=-1)

    told = await record(control, beginning)

    (sale,) = told.double_sales
    number = bought["order"].rsplit("/")[-1]
    assert (sale.verdict, sale.first, sale.second) == ("in_person", number, "in person")
    assert (told.happened[-1].what, told.happened[-1].delta) == ("in_person", -1)
    assert told.remaining[piece] == -1
