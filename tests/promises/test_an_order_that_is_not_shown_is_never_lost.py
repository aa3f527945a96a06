"""Shopify tells of an order and shows none of that number: what was told for sure still counts.

Nothing of it is silent: what cannot be known from the delivery alone is listed until somebody has
looked.
"""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.support.inbox_work import tried
from tests.support.signed_by_shopify import saying, sold_ring, told_by
from tests.support.two_shops import CHAIN, RING, TwoShops, open_two_shops

from peg.db.transaction import begin, reading
from peg.domain.identity import Channel
from peg.intake import aside
from peg.reads import alerts
from peg.reads.dead import DeadRow, dead

OF_NOBODY = 777777
"""The number of an order that Shopify does not show."""

A_WHILE_S = 120.0


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


def without(told: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: one for name, one in told.items() if name not in names}


async def work_for(shops: TwoShops, *, s: float) -> None:
    """The worker goes on for so long, second by second."""
    for _ in range(int(s)):
        await tried(shops.acceptor)
        shops.etsy.practice.clock.advance(1)


async def put_aside(shops: TwoShops) -> Sequence[DeadRow]:
    async with reading(shops.database) as session:
        return await dead(session)


async def alarms(shops: TwoShops) -> Sequence[str]:
    async with reading(shops.database) as session:
        found = await alerts.standing(session, now=shops.clock.now())
    return [f"{one.name}: {one.sentence}" for one in found]


@pytest.mark.parametrize("missing", ["currency", "refunds", "updated_at", "name"])
async def test_a_piece_that_it_names_is_taken_off_sale_at_once(
    shops: TwoShops, missing: str
) -> None:
    letter = await sold_ring(shops)
    told = without(told_by(letter), missing) | {"id": OF_NOBODY}

    await shops.deliver(saying(letter, told))
    await tried(shops.acceptor)

    assert (await shops.level(RING)).available == 0


@pytest.mark.parametrize("units", [10**12, 10**20])
async def test_more_than_anybody_can_buy_counts_as_nothing_and_is_listed(
    shops: TwoShops, units: int
) -> None:
    letter = await sold_ring(shops)
    told = without(told_by(letter), "currency") | {"id": OF_NOBODY}
    for line in told["line_items"]:
        line |= {"quantity": units, "current_quantity": units}

    await shops.deliver(saying(letter, told))
    await work_for(shops, s=A_WHILE_S)

    assert (await shops.level(RING)).available == 1
    assert len(await put_aside(shops)) == 1


async def test_a_whole_delivery_counts_and_asks_nobody(tmp_path: Path) -> None:
    async with open_two_shops(tmp_path, chains=(5, 5)) as shops:
        letter = await sold_chain_from_two_places(shops)

        await shops.deliver(saying(letter, told_by(letter) | {"id": OF_NOBODY}))
        await work_for(shops, s=A_WHILE_S)

        assert (await shops.level(CHAIN)).committed == 1
        assert (await put_aside(shops), await alarms(shops)) == ([], [])


async def test_who_looks_finds_it_with_what_to_do(shops: TwoShops) -> None:
    letter = await sold_ring(shops)
    told = without(told_by(letter), "currency") | {"id": OF_NOBODY}

    await shops.deliver(saying(letter, told))
    await work_for(shops, s=A_WHILE_S)

    (row,) = await put_aside(shops)
    (alarm,) = await alarms(shops)
    for words in (row.why or "", alarm):
        assert f"order {OF_NOBODY}" in words
        assert "currency" in words
        assert f"1 x {RING}" in words
    assert "delivery_dead" in alarm
    assert "`peg dead discard" in alarm


async def test_what_no_line_tells_for_sure_is_left_to_a_person(shops: TwoShops) -> None:
    letter = await sold_ring(shops)
    told = told_by(letter) | {"id": OF_NOBODY}
    told["line_items"] = [without(line, "quantity") for line in told["line_items"]]

    await shops.deliver(saying(letter, told))
    await work_for(shops, s=A_WHILE_S)

    (row,) = await put_aside(shops)
    assert (await shops.level(RING)).available == 1
    assert RING in (row.why or "")
    assert "`peg count SKU N`" in (row.why or "")


async def test_what_came_back_is_not_believed_without_its_refund(shops: TwoShops) -> None:
    letter = await sold_ring(shops)
    told = without(told_by(letter), "refunds") | {"id": OF_NOBODY}
    gave_back = [line | {"current_quantity": 0} for line in told["line_items"]]
    await shops.deliver(saying(letter, told))
    await tried(shops.acceptor)

    await shops.deliver(
        saying(letter, told | {"line_items": gave_back}, topic="orders/updated"),
    )
    await work_for(shops, s=A_WHILE_S)

    assert (await shops.level(RING)).available == 0
    assert [row.what for row in await put_aside(shops)] == ["orders/updated", "orders/create"]


async def test_once_it_is_ticked_off_nobody_is_asked_any_more(shops: TwoShops) -> None:
    letter = await sold_ring(shops)
    await shops.deliver(saying(letter, without(told_by(letter), "currency") | {"id": OF_NOBODY}))
    await work_for(shops, s=A_WHILE_S)

    async with begin(shops.database) as session:
        await aside.discard(session, None, who="ann", why="it was a test", now=shops.clock.now())

    assert (await put_aside(shops), await alarms(shops)) == ([], [])
    assert (await shops.level(RING)).available == 0


async def test_one_that_is_shown_a_moment_later_is_no_alarm(shops: TwoShops) -> None:
    letter = await sold_ring(shops)
    told = told_by(letter)
    await shops.deliver(saying(letter, without(told, "currency") | {"id": OF_NOBODY}))
    await work_for(shops, s=5)

    await shops.deliver(saying(letter, told | {"id": OF_NOBODY}, topic="orders/updated"))
    await work_for(shops, s=A_WHILE_S)

    assert (await put_aside(shops), await alarms(shops)) == ([], [])
    assert (await shops.level(RING)).committed == 1


@pytest.mark.parametrize("missing", ["currency", "updated_at", "line_items"])
async def test_an_old_word_of_an_order_that_is_known_is_no_alarm(
    shops: TwoShops, missing: str
) -> None:
    letter = await sold_ring(shops)
    told = told_by(letter) | {"id": OF_NOBODY}
    await shops.deliver(saying(letter, told))
    await tried(shops.acceptor)

    await shops.deliver(saying(letter, without(told, missing)))
    await work_for(shops, s=A_WHILE_S)

    assert (await put_aside(shops), await alarms(shops)) == ([], [])
    assert (await shops.level(RING)).committed == 1


async def test_a_change_of_a_known_order_is_not_taken_for_known(shops: TwoShops) -> None:
    letter = await sold_ring(shops)
    told = told_by(letter) | {"id": OF_NOBODY}
    await shops.deliver(saying(letter, told))
    await tried(shops.acceptor)

    later = {"updated_at": "2031-01-01T00:00:00Z"}
    await shops.deliver(saying(letter, without(told, "currency") | later, topic="orders/updated"))
    await work_for(shops, s=A_WHILE_S)

    assert [row.what for row in await put_aside(shops)] == ["orders/updated"]


async def sold_chain_from_two_places(shops: TwoShops) -> Any:
    """A chain that lies at two places is sold: what Shopify sends of it names neither."""
    await shops.letters(Channel.SHOPIFY)
    shops.buys_on_shopify(CHAIN)
    letters = await shops.letters(Channel.SHOPIFY)
    return next(one for one in letters if one.headers["x-shopify-topic"] == "orders/create")
