"""The board: each offer is driven to its newest target, however often that changes meanwhile."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.bench import ETSY, NOON, RING, SHOPIFY, Bench, etsy_ref, open_bench

from peg.domain.identity import OfferId, ShopId
from peg.propagation import board
from peg.propagation.targets import Aim

LATE = NOON + timedelta(days=1)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def aimed(bench: Bench, quantity: int) -> OfferId:
    await bench.stock(RING, 1)
    offer = await bench.offer(etsy_ref(), RING)
    await aim(bench, offer.id, quantity)
    return offer.id


async def aim(bench: Bench, offer: OfferId, quantity: int, *, after_s: float = 0) -> bool:
    """Give it a target; whether that is a new one."""
    now = NOON + timedelta(seconds=after_s)
    aims = {offer: (ETSY, Aim(quantities={"": quantity}))}
    return offer in await board.set_aims(bench.session, aims, now=now)


async def shown(bench: Bench, offer: OfferId, version: int, outcome: str = "shown") -> None:
    await board.shown(bench.session, offer, version, outcome=outcome, now=NOON)


async def standing(bench: Bench, offer: OfferId) -> board.Standing:
    found = await board.standing_of(bench.session, offer)
    assert found is not None
    return found


async def due(bench: Bench, shop: ShopId = ETSY, *, after_s: float = 0) -> list[OfferId]:
    now = NOON + timedelta(seconds=after_s)
    return [one.offer for one in await board.dirty(bench.session, shop, now=now)]


async def test_a_first_target_is_to_be_shown(bench: Bench) -> None:
    offer = await aimed(bench, 1)

    assert (await standing(bench, offer)).target.version == 1
    assert await due(bench) == [offer]
    assert await due(bench, SHOPIFY) == []


async def test_the_same_target_again_is_no_new_one(bench: Bench) -> None:
    offer = await aimed(bench, 1)
    await shown(bench, offer, 1)

    assert not await aim(bench, offer, 1)
    assert await due(bench) == []


async def test_new_reasons_for_the_same_figure_are_told_and_nothing_is_shown_anew(
    bench: Bench,
) -> None:
    offer = await aimed(bench, 0)
    await shown(bench, offer, 1)

    sold_out = Aim(quantities={"": 0})
    elsewhere = Aim(quantities={"": 0}, why=("none of 2 lies where this shop sells from",))
    told = []
    for aim in (elsewhere, sold_out, elsewhere):
        assert await board.set_aims(bench.session, {offer: (ETSY, aim)}, now=NOON) == []
        told.append((await standing(bench, offer)).target.why)

    assert told == [elsewhere.why, (), elsewhere.why]
    assert await due(bench) == []


async def test_showing_an_old_target_does_not_hide_that_a_newer_one_waits(bench: Bench) -> None:
    offer = await aimed(bench, 1)
    await aim(bench, offer, 0)

    await shown(bench, offer, 1)

    assert (await standing(bench, offer)).dirty
    assert await due(bench) == [offer]


async def test_an_answer_that_comes_late_takes_nothing_back(bench: Bench) -> None:
    offer = await aimed(bench, 1)
    await aim(bench, offer, 0)
    await shown(bench, offer, 2)

    await shown(bench, offer, 1, outcome="late")

    after = await standing(bench, offer)
    assert (after.shown_version, after.last_outcome, after.dirty) == (2, "shown", False)


async def test_a_drifted_offer_is_driven_again_though_its_target_is_the_same(bench: Bench) -> None:
    offer = await aimed(bench, 1)
    await shown(bench, offer, 1)

    await board.make_dirty(bench.session, offer, now=NOON)

    assert await due(bench) == [offer]
    assert (await standing(bench, offer)).target.quantities == {"": 1}


async def test_what_fails_is_tried_at_growing_distances(bench: Bench) -> None:
    offer = await aimed(bench, 0)

    waits = []
    for _ in range(14):
        await board.try_later(bench.session, offer, outcome="no", now=NOON, wait_s=None)
        waits.append(await wait_s(bench, offer))

    assert waits[:4] == [0.5, 1.0, 2.0, 4.0]
    assert waits == sorted(waits)
    assert waits[-1] == board.RETRY_WAIT_S_MAX


async def wait_s(bench: Bench, offer: OfferId) -> float:
    """After how long it is tried again, not a moment before."""
    candidates = [*(0.5 * 2.0**step for step in range(8)), board.RETRY_WAIT_S_MAX]
    for seconds in candidates:
        assert await due(bench, after_s=seconds - 0.01) == []
        if await due(bench, after_s=seconds) == [offer]:
            return seconds
    raise AssertionError("it is never tried again")


async def test_a_new_target_does_not_wait_behind_the_failures_of_the_old_one(bench: Bench) -> None:
    offer = await aimed(bench, 1)
    for _ in range(9):
        await board.try_later(bench.session, offer, outcome="no", now=NOON, wait_s=None)

    await aim(bench, offer, 0)

    assert await due(bench) == [offer]
    assert (await standing(bench, offer)).attempts == 0


async def test_what_waits_longest_is_driven_first(bench: Bench) -> None:
    first = await aimed(bench, 1)
    second = (await bench.offer(etsy_ref("23"), RING)).id
    await aim(bench, second, 0, after_s=1)

    waiting = [one.offer for one in await board.dirty(bench.session, ETSY, now=LATE)]

    assert waiting == [first, second]
    assert await board.dirty_count(bench.session) == 2
    assert set(await board.dirty_offers(bench.session)) == {first, second}


async def test_an_offer_is_behind_since_its_oldest_target_that_was_not_shown(bench: Bench) -> None:
    offer = await aimed(bench, 1)
    await aim(bench, offer, 0, after_s=5)

    assert (await standing(bench, offer)).behind_since == NOON
    assert await board.behind_since(bench.session) == NOON

    await shown(bench, offer, 1)
    assert await board.behind_since(bench.session) == NOON + timedelta(seconds=5)

    await shown(bench, offer, 2)
    assert await board.behind_since(bench.session) is None


async def test_an_offer_that_drifts_is_behind_from_then_on(bench: Bench) -> None:
    offer = await aimed(bench, 1)
    await shown(bench, offer, 1)

    for seconds in (60, 90):
        await board.make_dirty(bench.session, offer, now=NOON + timedelta(seconds=seconds))

    assert await board.behind_since(bench.session) == NOON + timedelta(seconds=60)
