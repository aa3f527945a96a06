import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from tests.support.fair import fair

from marketsim.control import control_app
from marketsim.webhooks import Notice
from marketsim.world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = fair()
    yield world
    await world.close()


@pytest.fixture
async def control(world: World) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=control_app(world))
    async with httpx2.AsyncClient(transport=transport, base_url="http://market.test") as client:
        yield client


async def told(control: httpx2.AsyncClient, path: str, **query: str) -> dict[str, Any]:
    answer = await control.get(f"/_control{path}", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def act(control: httpx2.AsyncClient, path: str, **fields: object) -> dict[str, Any]:
    answer = await control.post(f"/_control{path}", json=fields)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def on_both_sides(control: httpx2.AsyncClient) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same one-of-a-kind piece, as a unit on either marketplace."""
    units = (await told(control, "/units"))["units"]
    etsy = {str(u["pieces"]): u for u in units if u["market"] == "etsy" and u["buyable"] == 1}
    for unit in units:
        if unit["market"] == "shopify" and unit["buyable"] == 1 and str(unit["pieces"]) in etsy:
            return unit, etsy[str(unit["pieces"])]
    raise AssertionError("no single piece is on both sides")


async def test_an_order_is_placed_paid_shipped_and_refunded(control: httpx2.AsyncClient) -> None:
    unit, _ = await on_both_sides(control)

    bought = await act(control, "/orders", market="shopify", unit=unit["unit"])
    order = {"market": "shopify", "order": bought["order"]}
    paid = await act(control, "/orders/pay", **order)
    shipped = await act(control, "/orders/fulfil", **order)
    refunded = await act(control, "/orders/refund", **order, restock="return")

    assert bought["buyable"] == 0
    assert [each["done"] for each in (paid, shipped, refunded)] == ["paid", "shipped", "refunded"]
    assert (await told(control, "/truth"))["came_back"] == 1


async def test_a_double_sale_shows_in_the_truth_with_both_orders(
    control: httpx2.AsyncClient,
) -> None:
    here, there = await on_both_sides(control)

    first = await act(control, "/orders", market="shopify", unit=here["unit"])
    await act(control, "/clock/advance", seconds=2.5)
    second = await act(control, "/orders", market="etsy", unit=there["unit"])

    (case,) = (await told(control, "/truth", ceiling_s="3"))["double_sales"]["inside"]
    strict = (await told(control, "/truth", ceiling_s="2"))["double_sales"]
    assert (case["first"]["order"], case["second"]["order"]) == (first["order"], second["order"])
    assert case["seconds_between"] == 2.5
    assert len(strict["outside"]) == 1


async def test_units_tell_which_piece_is_which(control: httpx2.AsyncClient) -> None:
    here, there = await on_both_sides(control)
    (piece,) = here["pieces"]

    narrowed = (await told(control, "/units", piece=piece))["units"]

    assert {here["unit"], there["unit"]} <= {unit["unit"] for unit in narrowed}
    assert all(piece in unit["pieces"] for unit in narrowed)


async def test_a_hand_edit_and_a_reactivation_change_what_is_offered(
    control: httpx2.AsyncClient,
) -> None:
    unit, _ = await on_both_sides(control)
    which = {"market": "shopify", "unit": unit["unit"]}

    gone = await act(control, "/stock", **which, delta=-1)
    ghost = await act(control, "/reactivate", **which)

    assert (gone["buyable"], ghost["buyable"]) == (0, 1)
    assert [u["unit"] for u in (await told(control, "/truth"))["oversellable_now"]] != []


async def test_faults_are_set_all_or_none(control: httpx2.AsyncClient) -> None:
    half = {"etsy.webhook_lost": 0.5}

    good = await control.put("/_control/faults", json=half)
    bad = await control.put("/_control/faults", json={**half, "etsy.webhook_lots": 1})
    absurd = await control.put("/_control/faults", json={"etsy.webhook_lost": 2})

    assert (good.status_code, bad.status_code, absurd.status_code) == (200, 404, 422)
    assert (await told(control, "/faults"))["etsy.webhook_lost"]["rate"] == 0.5
    assert "such fault" in bad.json()["error"]


async def test_the_clock_advances_and_changes_its_speed(
    control: httpx2.AsyncClient, world: World
) -> None:
    before = world.clock.now()

    await act(control, "/clock/advance", seconds=3600)
    faster = await act(control, "/clock/speed", speed=60)

    assert (world.clock.now() - before).total_seconds() >= 3600
    assert faster["speed"] == 60


async def test_buyers_come_settle_and_are_counted(
    control: httpx2.AsyncClient, world: World
) -> None:
    idle = await told(control, "/buyers")

    await act(control, "/buyers/start", orders=5, pace=60)
    again = await control.post("/_control/buyers/start", json={"orders": 5})
    for _ in range(500):
        await asyncio.sleep(0)
        world.clock.advance(1)

    done = await told(control, "/buyers")
    assert idle == {"state": "idle"}
    assert again.status_code == 409
    assert (done["state"], done["orders"]) == ("done", {"placed": 5, "wanted": 5})


async def test_stopped_buyers_leave_and_others_may_come(
    control: httpx2.AsyncClient, world: World
) -> None:
    await act(control, "/buyers/start", pace=60)

    await act(control, "/buyers/stop")
    for _ in range(200):
        await asyncio.sleep(0)
        world.clock.advance(1)
    second = await act(control, "/buyers/start", orders=1)

    assert second["state"] == "running"


async def test_deliveries_can_be_read(control: httpx2.AsyncClient, world: World) -> None:
    world.faults.set_rates(dict.fromkeys(world.faults.rates(), 0.0))
    notice = Notice(
        id="n1",
        subscription="s1",
        topic="order.paid",
        url="http://peg.test",
        body=b"{}",
        sign=lambda _body, _attempt: {},
    )

    world.practice("etsy").courier.send(notice)
    for _ in range(20):
        await asyncio.sleep(0)

    (attempt,) = (await told(control, "/webhooks/etsy"))["attempts"]
    assert (attempt["notice"], attempt["status"]) == ("n1", 200)


async def test_what_was_accepted_last_can_be_delivered_once_more(
    control: httpx2.AsyncClient, world: World
) -> None:
    nothing = await control.post("/_control/webhooks/etsy/repeat", json={})
    await test_deliveries_can_be_read(control, world)

    repeated = await act(control, "/webhooks/etsy/repeat")
    for _ in range(20):
        await asyncio.sleep(0)

    first, second = (await told(control, "/webhooks/etsy"))["attempts"]
    assert nothing.status_code == 409
    assert repeated["notice"] == first["notice"] == second["notice"]
    assert (first["kind"], second["kind"]) == ("genuine", "doubled")
    assert first["at"] <= first["answered_at"]


async def test_what_happened_can_be_read_in_order(control: httpx2.AsyncClient) -> None:
    unit, _ = await on_both_sides(control)
    bought = await act(control, "/orders", market="shopify", unit=unit["unit"])
    await act(control, "/stock", market="etsy", unit="etsy-0", delta=1)

    happened = (await told(control, "/happenings"))["happenings"]

    assert [one["what"] for one in happened] == ["sold", "shown", "edited", "shown"]
    assert happened[0]["order"] == bought["order"]


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/orders", {"market": "ebay", "unit": "x"}, 404),
        ("/orders", {"market": "etsy", "unit": "none"}, 404),
        ("/orders", {"market": "etsy"}, 422),
        ("/orders", {"market": "etsy", "unit": "etsy-0", "quantity": 0}, 422),
        ("/orders", {"market": "etsy", "unit": "etsy-0", "quantity": "1"}, 422),
        ("/orders", {"market": "etsy", "unit": "etsy-0", "quantity": 500}, 409),
        ("/orders/pay", {"market": "etsy", "order": "none"}, 404),
        ("/orders/refund", {"market": "etsy", "order": "none", "restock": "maybe"}, 422),
        ("/orders/cancel", {"market": "etsy", "order": "none", "restock": "yes"}, 422),
        ("/stock", {"market": "etsy", "unit": "etsy-0", "delta": 1.5}, 422),
        ("/stock", {"market": "etsy", "unit": "etsy-0", "delta": 1, "location": 1}, 422),
        ("/stock", {"market": "shopify", "unit": "shopify-0", "delta": 1, "location": -1}, 422),
        ("/stock", {"market": "etsy", "unit": "etsy-0", "delta": -5000}, 409),
        ("/stock", {"market": "etsy", "unit": "etsy-0", "delta": 1, "place": 0}, 422),
        ("/orders", {"market": "etsy", "unit": "etsy-0", "quantitty": 1}, 422),
        ("/faults/reseed", {"seed": 1, "seeds": 2}, 422),
        ("/nowhere", {}, 404),
        ("/units", {}, 405),
        ("/clock/advance", {"seconds": -1}, 422),
        ("/clock/speed", {"speed": "fast"}, 422),
        ("/buyers/start", {"haste": 1}, 422),
        ("/buyers/start", {"rhythm": "x"}, 422),
        ("/buyers/start", {"pace": -1}, 422),
        ("/buyers/start", {"pace": "quick"}, 422),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_sentence(
    control: httpx2.AsyncClient, path: str, fields: dict[str, object], status: int
) -> None:
    answer = await control.post(f"/_control{path}", json=fields)

    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")
    assert answer.json()["about"]


async def test_an_edit_of_more_than_is_there_does_nothing(control: httpx2.AsyncClient) -> None:
    unit, _ = await on_both_sides(control)
    which = {"market": "shopify", "unit": unit["unit"]}

    answer = await control.post("/_control/stock", json=which | {"delta": -2})

    assert answer.status_code == 409
    assert "1" in answer.json()["about"]
    assert (await told(control, "/happenings"))["happenings"] == []


async def test_a_question_with_an_unknown_field_is_refused(control: httpx2.AsyncClient) -> None:
    answer = await control.get("/_control/units", params={"markt": "etsy"})

    assert answer.status_code == 422
    assert answer.json()["about"] == "markt: no such field; known are market, piece, sku"


async def test_a_body_that_is_not_json_is_refused(control: httpx2.AsyncClient) -> None:
    broken = await control.post("/_control/orders", content=b"{")
    a_list = await control.post("/_control/orders", content=b"[]")

    assert (broken.status_code, a_list.status_code) == (422, 422)


async def test_a_cancelled_order_cannot_be_paid(control: httpx2.AsyncClient) -> None:
    unit, _ = await on_both_sides(control)
    bought = await act(control, "/orders", market="shopify", unit=unit["unit"])
    order = {"market": "shopify", "order": bought["order"]}

    await act(control, "/orders/cancel", **order)
    answer = await control.post("/_control/orders/pay", json=order)

    assert answer.status_code == 409


async def test_the_index_explains_every_path(control: httpx2.AsyncClient) -> None:
    index = await told(control, "")

    assert len(index) > 20
    assert all(words.endswith(".") for words in index.values())
    assert (await told(control, "/connection"))["etsy"] == {"shop": "a stall"}
    assert (await told(control, "/status"))["pieces"] >= 40
    assert (await told(control, "/truth/shopify"))["market"] == "shopify"
    assert len((await told(control, "/pieces"))["pieces"]) >= 40
