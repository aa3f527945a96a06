import asyncio
from typing import Any

import httpx2
import pytest
from tests.support.practice_etsy import API, SHOP, Fixture, let_in, open_etsy

from marketsim.broken import ConnectionLost

PING = f"{API}/openapi-ping"


@pytest.fixture
async def shop() -> Fixture:
    return await let_in(open_etsy())


async def test_the_second_is_full_after_ten_calls_and_free_a_second_later(shop: Fixture) -> None:
    shop.etsy.market.settings.per_second = 10

    answers = [await shop.client.get(PING) for _ in range(11)]
    shop.clock.advance(1)
    later = await shop.client.get(PING)

    assert [it.status_code for it in answers] == [200] * 10 + [429]
    assert answers[-1].json() == {"error": "Exceeded per second rate limit"}
    assert answers[-1].headers["retry-after"] == "1"
    assert [int(it.headers["x-remaining-this-second"]) for it in answers] == [*range(9, -1, -1), 0]
    assert answers[0].headers["x-limit-per-second"] == "10"
    assert later.status_code == 200


async def test_no_second_holds_more_than_the_limit_wherever_it_begins(shop: Fixture) -> None:
    shop.etsy.market.settings.per_second = 4
    answered = []

    for step in range(40):
        answered.append((step * 0.1, (await shop.client.get(PING)).status_code))
        shop.clock.advance(0.1)

    good_at = [at for at, status in answered if status == 200]
    for start in good_at:
        assert sum(start <= at < start + 0.95 for at in good_at) <= 4
    assert len(good_at) >= 15


async def test_the_day_rolls_in_hours(shop: Fixture) -> None:
    shop.etsy.market.settings.per_day = 3
    del shop.client.headers["authorization"]  # a token would not live so long
    answers = [await shop.client.get(PING) for _ in range(4)]
    shop.clock.advance(23 * 3_600)
    next_morning = await shop.client.get(PING)
    shop.clock.advance(3_600)
    a_day_later = await shop.client.get(PING)

    assert [it.status_code for it in answers] == [200, 200, 200, 429]
    assert answers[3].json() == {"error": "Exceeded daily rate limit"}
    assert [it.headers["x-remaining-today"] for it in answers] == ["2", "1", "0", "0"]
    assert int(answers[3].headers["retry-after"]) == 24 * 3_600
    assert (next_morning.status_code, a_day_later.status_code) == (429, 200)


async def test_a_call_may_count_twice(shop: Fixture) -> None:
    shop.set_faults(quota_counts_twice=1)
    twice = await shop.client.get(PING)
    shop.set_faults(quota_counts_twice=0)
    once = await shop.client.get(PING)

    assert [it.headers["x-remaining-today"] for it in (twice, once)] == ["9998", "9997"]


async def test_injected_429s_are_counted_apart(shop: Fixture) -> None:
    shop.set_faults(throttled=1)
    second = await shop.client.get(PING)
    shop.set_faults(throttled=0, quota_exhausted_early=1)
    day = await shop.client.get(PING)
    shop.set_faults(quota_exhausted_early=0)
    neither = await shop.client.get(PING)
    shop.etsy.market.settings.per_second = 0
    own = await shop.client.get(PING)

    assert [it.status_code for it in (second, day, neither, own)] == [429, 429, 200, 429]
    assert (day.headers["retry-after"], day.headers["x-remaining-today"]) == ("86400", "0")
    calls = shop.etsy.market.truth()["calls"]
    assert calls["throttled"] == {"per_second": 1, "per_day": 0, "injected": 2}
    assert calls["by_operation"] == {"ping": 4}


async def test_a_quota_that_ended_early_stays_used_up_for_as_long_as_the_portal_says(
    shop: Fixture,
) -> None:
    shop.etsy.market.settings.exhausted_s = 600
    shop.set_faults(quota_exhausted_early=1)
    struck = await shop.client.get(PING)
    shop.set_faults(quota_exhausted_early=1e-9)  # it strikes no more

    shop.clock.advance(599)
    late = await shop.client.get(PING)
    shop.clock.advance(1)
    over = await shop.client.get(PING)

    assert [it.status_code for it in (struck, late, over)] == [429, 429, 200]
    assert [it.headers["retry-after"] for it in (struck, late)] == ["600", "1"]


async def test_a_lost_answer_is_a_transport_error_after_the_write(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")
    shop.set_faults(response_lost=1)

    with pytest.raises(httpx2.RemoteProtocolError) as lost:
        await shop.patch(listing, state="inactive")
    shop.set_faults(response_lost=0)
    applied = await shop.get(f"{API}/listings/{listing}")
    told = await shop.patch(listing, state="active")

    assert isinstance(lost.value, ConnectionLost)
    assert applied["state"] == "inactive"
    assert told.status_code == 200


@pytest.mark.parametrize("path", [f"{SHOP}/receipts", f"{SHOP}/listings", f"{API}/openapi-ping"])
async def test_reads_lose_their_answers_too(shop: Fixture, path: str) -> None:
    shop.set_faults(response_lost=1)

    with pytest.raises(ConnectionLost):
        await shop.client.get(path)


async def test_a_dropped_connection_changes_nothing(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")
    shop.set_faults(connection_dropped=1)

    with pytest.raises(httpx2.RemoteProtocolError):
        await shop.patch(listing, state="inactive")
    shop.set_faults(connection_dropped=0)

    assert (await shop.get(f"{API}/listings/{listing}"))["state"] == "active"
    assert shop.etsy.market.truth()["calls"]["connections_broken"] == 1


async def test_server_errors_come_before_or_after_the_write(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")
    shop.set_faults(server_error=1)
    before = await shop.patch(listing, state="inactive")
    shop.set_faults(server_error=0)
    untouched = await shop.get(f"{API}/listings/{listing}")
    shop.set_faults(error_after_write=1)
    after = await shop.patch(listing, state="inactive")
    shop.set_faults(error_after_write=0)
    applied = await shop.get(f"{API}/listings/{listing}")
    quiet = await shop.patch(listing, state="active")

    assert before.status_code in {500, 503}
    assert untouched["state"] == "active"
    assert after.status_code == 500
    assert applied["state"] == "inactive"
    assert quiet.status_code == 200


@pytest.mark.parametrize(("rate", "slow"), [(1, True), (0, False)], ids=["on", "off"])
async def test_an_answer_takes_market_time_or_none(
    shop: Fixture, rate: float, *, slow: bool
) -> None:
    shop.set_faults(latency=rate)

    asked = asyncio.create_task(shop.client.get(PING))
    waiting = []
    for _ in range(3):
        for _ in range(20):
            await asyncio.sleep(0)
        waiting.append(not asked.done())
        shop.clock.advance(1)

    assert waiting[0] is slow
    assert (await asked).status_code == 200


async def test_a_documented_field_may_be_gone(shop: Fixture) -> None:
    path = f"{API}/listings/{shop.listing_of('RING-1')}"
    whole = await shop.get(path)
    shop.set_faults(field_gone=1)
    lacking = await shop.get(path)
    shop.set_faults(field_gone=1e-9)  # it has struck: what is gone stays gone
    again = await shop.get(path)
    shop.set_faults(field_gone=0)

    assert len(set(whole) - set(lacking)) == 1
    assert set(again) == set(lacking)
    assert set(await shop.get(path)) == set(whole)


@pytest.mark.parametrize("seed", range(6))
async def test_a_field_is_gone_from_every_inventory_however_it_is_read(seed: int) -> None:
    shop = await let_in(open_etsy(seed=seed))
    listing = shop.listing_of("RING-2-A")
    whole = names_in(await shop.inventory(listing))
    shop.set_faults(field_gone=1)

    alone = names_in(await shop.inventory(listing))
    batch = await shop.get(f"{API}/listings/batch/inventory", listing_ids=listing)
    rows = (await shop.get(f"{SHOP}/listings", includes="Inventory"))["results"]
    (row,) = (one for one in rows if one["listing_id"] == listing)

    assert whole - alone
    assert names_in(batch["results"][0]["inventory"]) == alone == names_in(row["inventory"])


def names_in(told: Any, above: str = "") -> set[str]:
    """Where there are fields, at every depth."""
    if isinstance(told, list):
        return {name for one in told for name in names_in(one, above)}
    if not isinstance(told, dict):
        return {above}
    return {above}.union(*(names_in(one, f"{above}.{name}") for name, one in told.items()))


async def test_other_shops_and_addresses_are_not_found(shop: Fixture) -> None:
    for path in ("/shops/1/listings", "/shops/61234567/nothing", "/listings/5"):
        answer = await shop.client.get(f"{API}{path}")
        assert (answer.status_code, set(answer.json())) == (404, {"error"})
