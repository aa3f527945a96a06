"""Very many offers of a shop change at once: nothing is believed until a person has spoken."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import minute
from tests.support.sixty_offers import CHAINS, RINGS, SixtyOffers, open_sixty_offers

from peg.domain.offer import Shelf
from peg.intake import brake, surprises
from peg.intake.many import Many
from peg.intake.surprises import Held
from peg.ledger import overdue

LIMITLESS = Many(offers_min=10_000)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[SixtyOffers]:
    async with open_sixty_offers(tmp_path) as shop:
        yield shop


async def test_a_tool_that_empties_a_shop_empties_nothing_else(shop: SixtyOffers) -> None:
    await shop.shows(0, range(CHAINS))

    (asked,) = await shop.asked()
    assert await shop.available() == {5}
    assert await shop.suspended() == 0
    assert asked.kind == brake.MANY_CHANGED
    assert "30 of 60 offers" in asked.sentence
    assert "30 show fewer" in asked.sentence
    assert "5 became 0" in asked.sentence


async def test_without_the_brake_it_is_gone_from_everywhere(shop: SixtyOffers) -> None:
    shop.many = LIMITLESS

    await shop.shows(0, range(CHAINS))
    await overdue.close_due(shop.bench.session, now=minute(31))

    assert await shop.available() == {0}
    assert await shop.asked() == []


async def test_the_jeweller_hears_of_it_once(shop: SixtyOffers) -> None:
    await shop.shows(0, range(CHAINS))
    await shop.shows(0, range(CHAINS, CHAINS + RINGS))

    alarms = [one["name"] for one in await shop.bench.news("alert.raised")]
    (asked,) = await shop.asked()
    assert alarms == ["many_changed"]
    assert "60 of 60 offers" in asked.sentence


async def test_changes_that_come_one_by_one_are_as_many(shop: SixtyOffers) -> None:
    for number in range(CHAINS):
        await shop.shows(0, [number])
        shop.minutes += 0.1

    assert await shop.available() == {5}
    assert await shop.suspended() == 0
    assert len(await shop.held()) == CHAINS


@pytest.mark.parametrize(
    ("numbers", "every_minutes"),
    [(range(19), 0), (range(CHAINS), 1)],
    ids=["fewer than twenty", "thirty in half an hour"],
)
async def test_what_a_person_types_in_is_taken_in_as_ever(
    shop: SixtyOffers, numbers: range, every_minutes: float
) -> None:
    for number in numbers:
        await shop.shows(4, [number])
        shop.minutes += every_minutes

    assert await shop.asked() == []
    assert await shop.suspended() == len(numbers)


async def test_what_its_order_explains_is_no_edit(shop: SixtyOffers) -> None:
    """A sale may be seen before its order: that is held, and told apart when the order comes."""
    for number in range(CHAINS):
        await shop.shows(4, [number])
        offer = await shop.offer(number)
        await surprises.explain(shop.bench.session, offer.id, 1)

    assert await shop.asked() == []


async def test_what_was_believed_shortly_before_is_taken_back(shop: SixtyOffers) -> None:
    await shop.shows_twice(9, range(15))
    believed = await shop.available(range(15))

    await shop.shows_twice(9, range(15, CHAINS))

    assert believed == {9}
    assert await shop.available() == {5}
    assert len(await shop.held()) == CHAINS


async def test_without_the_brake_what_a_tool_typed_in_is_believed(shop: SixtyOffers) -> None:
    shop.many = LIMITLESS

    await shop.shows_twice(9, range(CHAINS))

    assert await shop.available() == {9}  # there are five of each


async def test_questions_about_single_rings_make_way_for_the_one(shop: SixtyOffers) -> None:
    await shop.shows_twice(2, range(CHAINS, CHAINS + 15))
    before = [one.kind for one in await shop.asked()]

    await shop.shows_twice(2, range(CHAINS + 15, CHAINS + RINGS))

    assert set(before) == {"extra_pieces"}
    assert [one.kind for one in await shop.asked()] == [brake.MANY_CHANGED]


async def test_listings_that_all_go_off_sale_are_asked_about_once(shop: SixtyOffers) -> None:
    await shop.shows(5, range(15), shelf=Shelf.WITHDRAWN)
    await shop.shows(5, range(15, CHAINS), shelf=Shelf.WITHDRAWN)

    assert [one.kind for one in await shop.asked()] == [brake.MANY_CHANGED]
    assert not (await shop.offer(0)).parked
    await shop.shows(5, range(CHAINS))  # they are on sale again
    assert await shop.held() == {}
    assert await shop.bench.news("offer.drifted") == []


async def test_listings_that_all_seem_to_be_deleted_are_not_given_up(shop: SixtyOffers) -> None:
    await shop.shows(0, range(CHAINS), shelf=Shelf.GONE)

    assert [one.kind for one in await shop.asked()] == [brake.MANY_CHANGED]
    assert not (await shop.offer(0)).gone
    assert (await shop.held())[(await shop.offer(0)).id] == Held(gone=True)
    await shop.shows(5, range(CHAINS))
    assert await shop.held() == {}
    assert await shop.asked() == []


async def test_a_change_that_is_changed_back_is_none(shop: SixtyOffers) -> None:
    await shop.shows(0, range(CHAINS))
    await shop.shows_twice(5, range(CHAINS))

    assert await shop.held() == {}
    assert await shop.asked() == []
    assert await shop.available() == {5}
