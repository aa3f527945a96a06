"""One line of an order may ship from several places: each of its units counts where it lies."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.bench import (
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    line,
    open_bench,
    shopify_ref,
    split,
)

from peg.domain.identity import POOL, LocationId
from peg.domain.order import Share
from peg.ledger import cases, queries, truths

YESTERDAY = -24 * 60.0


@dataclass(frozen=True, slots=True)
class TwoPlaces:
    """Three rings lie in the atelier and two in the gallery, and Shopify shows them there."""

    bench: Bench
    atelier: LocationId
    gallery: LocationId

    async def book(self) -> Mapping[str, tuple[int, int]]:
        """On hand and committed, by place; none where nothing is."""
        levels = await queries.levels(self.bench.session, RING)
        return {
            place: (level.on_hand, level.committed)
            for place, level in levels.items()
            if level.on_hand or level.committed
        }

    async def expects(self) -> tuple[int, int]:
        """What the mirror expects at both places."""
        rows = [await self.bench.expects(shopify_ref(), place) for place in ("71", "72")]
        return rows[0].quantity, rows[1].quantity


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[TwoPlaces]:
    async with open_bench(tmp_path) as bench:
        atelier = await bench.place("71", "Atelier")
        gallery = await bench.place("72", "Gallery")
        await bench.stock(RING, 3, at=atelier)
        await bench.stock(RING, 2, at=gallery)
        await bench.offer(shopify_ref(), RING, shows={"71": 3, "72": 2})
        yield TwoPlaces(bench, atelier, gallery)


def both(atelier: int, gallery: int) -> tuple[Share, Share]:
    return Share(place="71", committed=atelier), Share(place="72", committed=gallery)


async def test_a_split_line_takes_from_both_places(shop: TwoPlaces) -> None:
    order = OrderTold(shop=SHOPIFY)

    await shop.bench.take_in(order.told(1, split(shopify_ref(), *both(3, 1))))

    assert await shop.book() == {"atelier": (3, 3), "gallery": (2, 1)}
    assert await shop.expects() == (0, 1)
    assert await shop.bench.read(shopify_ref(), {"71": 0, "72": 1}) == "echo, echo"


async def test_nothing_is_untrue_of_a_line_that_takes_from_both_places(shop: TwoPlaces) -> None:
    await shop.bench.take_in(OrderTold(shop=SHOPIFY).told(1, split(shopify_ref(), *both(3, 1))))

    assert await truths.lines_applied_wrongly(shop.bench.session) == []
    assert await truths.orders_counted_wrongly(shop.bench.session) == []


async def test_units_whose_place_is_not_told_yet_count_in_the_pool(shop: TwoPlaces) -> None:
    order = OrderTold(shop=SHOPIFY)
    half_told = split(shopify_ref(), Share(place="71", committed=1), Share(committed=1))

    await shop.bench.take_in(order.told(1, half_told))
    waiting = await shop.book()
    await shop.bench.take_in(order.told(1, split(shopify_ref(), *both(1, 1)), fetched=2))

    assert waiting == {"atelier": (3, 1), "gallery": (2, 0), POOL: (0, 1)}
    assert await shop.book() == {"atelier": (3, 1), "gallery": (2, 1)}
    assert await shop.expects() == (2, 1)
    assert await shop.bench.read(shopify_ref(), {"71": 2, "72": 1}) == "echo, echo"


async def test_a_fulfillment_order_that_is_moved_takes_its_units_along(shop: TwoPlaces) -> None:
    order = OrderTold(shop=SHOPIFY)
    await shop.bench.take_in(order.told(1, split(shopify_ref(), *both(3, 0))))

    await shop.bench.take_in(order.told(2, split(shopify_ref(), *both(1, 2))))

    assert await shop.book() == {"atelier": (3, 1), "gallery": (2, 2)}
    assert await shop.bench.read(shopify_ref(), {"71": 2, "72": 0}) == "echo, echo"
    assert await cases.all_cases(shop.bench.session) == []


async def test_each_unit_leaves_from_its_place_and_comes_back_where_it_is_told(
    shop: TwoPlaces,
) -> None:
    order = OrderTold(shop=SHOPIFY)
    await shop.bench.take_in(order.told(1, split(shopify_ref(), *both(2, 1))))
    left = (Share(place="71", shipped=2), Share(place="72", shipped=1))
    await shop.bench.take_in(order.told(2, split(shopify_ref(), *left)))
    shipped = await shop.book()

    back = (left[0], Share(place="72", shipped=0, restocked=1))
    elsewhere = (left[0], Share(place="72", shipped=-1, restocked=2))
    await shop.bench.take_in(order.told(3, split(shopify_ref(), *back)))
    returned = await shop.book()
    await shop.bench.take_in(order.told(4, split(shopify_ref(), *elsewhere)))

    assert shipped == {"atelier": (1, 0), "gallery": (1, 0)}
    assert returned == {"atelier": (1, 0), "gallery": (2, 0)}
    assert await shop.book() == {"atelier": (1, 0), "gallery": (3, 0)}
    assert (await shop.bench.expects(shopify_ref(), "72")).may_rise == 2


async def test_a_message_without_places_leaves_every_unit_where_it_was(shop: TwoPlaces) -> None:
    order = OrderTold(shop=SHOPIFY)
    await shop.bench.take_in(order.told(1, split(shopify_ref(), *both(1, 2))))

    paid = await shop.bench.take_in(order.told(2, line(shopify_ref(), 3)))
    some = await shop.bench.take_in(order.told(3, line(shopify_ref(), 1, restocked=2)))

    assert [one.guessed for one in (*paid.lines, *some.lines)] == [False, True]
    assert (await shop.bench.level()).committed == 1


async def test_what_was_assumed_of_a_place_is_made_good_when_it_is_told(shop: TwoPlaces) -> None:
    order = OrderTold(shop=SHOPIFY)
    await shop.bench.take_in(order.told(1, line(shopify_ref(), 2)))
    assumed = await shop.expects()

    await shop.bench.take_in(order.told(1, split(shopify_ref(), *both(0, 2)), fetched=2))

    assert assumed == (1, 2)
    assert await shop.bench.read(shopify_ref(), {"71": 3, "72": 0}) == "echo, echo"
    assert (await shop.bench.level()).suspended == 0


async def test_an_old_order_that_ships_from_elsewhere_frees_the_piece_where_it_lay(
    shop: TwoPlaces,
) -> None:
    order = OrderTold(shop=SHOPIFY, created=YESTERDAY)
    await shop.bench.take_in(order.told(-90, split(shopify_ref(), *both(1, 0))))
    inside = await shop.book()

    await shop.bench.take_in(order.told(5, split(shopify_ref(), *both(0, 1))), at=5)

    assert inside == {"atelier": (4, 1), "gallery": (2, 0)}
    assert await shop.book() == {"atelier": (4, 0), "gallery": (2, 1)}
    assert await shop.bench.read(shopify_ref(), {"71": 4, "72": 1}, at=6) == "echo, echo"


async def test_a_place_that_nobody_has_heard_of_is_known_from_its_first_order(
    shop: TwoPlaces,
) -> None:
    order = OrderTold(shop=SHOPIFY)

    await shop.bench.take_in(order.told(1, split(shopify_ref(), Share(place="79", committed=1))))

    assert await shop.book() == {
        "atelier": (3, 0),
        "gallery": (2, 0),
        "gems-myshopify-com-79": (0, 1),
    }
    assert await shop.bench.read(shopify_ref(), {"71": 3, "72": 2, "79": -1}) == "echo, echo, echo"
