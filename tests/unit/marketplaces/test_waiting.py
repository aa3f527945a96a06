"""How long PEG waits before it asks a marketplace again."""

from random import Random

import httpx2
import pytest
from tests.support.clocks import StandingClock

from peg.domain.identity import ShopId
from peg.marketplaces.calls import CallLog
from peg.marketplaces.http import ATTEMPTS_MAX, Door, Request, retry_after_s
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import MarketplaceUnavailable

READ = Request(
    operation="op", method="GET", url="https://x.test", repeatable=True, lane=Lane.ORDERS
)


class Pauses(StandingClock):
    """Remembers each pause that was made on it."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.made.append(seconds)
        await super().sleep(seconds)


async def pauses(answers: list[httpx2.Response], *, seed: int) -> list[float]:
    clock = Pauses()
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: answers.pop(0)))
    door = Door(client, clock, Random(seed), shop=ShopId("etsy:1"), calls=CallLog())
    await door.send(READ)
    return clock.made


def broken(times: int) -> list[httpx2.Response]:
    return [*(httpx2.Response(503) for _ in range(times)), httpx2.Response(200)]


async def test_pauses_grow_and_each_is_drawn_anew_so_that_many_do_not_come_back_together() -> None:
    drawn = [await pauses(broken(3), seed=seed) for seed in range(200)]

    for number, most in enumerate((0.5, 1.0, 2.0)):
        this = [made[number] for made in drawn]
        assert 0 <= min(this) < most / 10
        assert most * 0.9 < max(this) <= most


async def test_nobody_is_asked_more_than_four_times() -> None:
    with pytest.raises(MarketplaceUnavailable):
        await pauses(broken(ATTEMPTS_MAX), seed=1)


async def test_whoever_was_told_when_to_come_again_comes_a_little_later_not_sooner() -> None:
    told = [httpx2.Response(429, headers={"retry-after": "3"}), httpx2.Response(200)]

    drawn = [await pauses(list(told), seed=seed) for seed in range(50)]

    assert all(3 <= made[0] <= 3.25 for made in drawn)
    assert len({made[0] for made in drawn}) > 40


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        ("0.5", 0.5),
        ("Mon, 23 Nov 2026 12:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", 0.0),
        ("-3", 0.0),
        ("", 0.0),
    ],
    ids=["seconds", "half a second", "a date", "a date gone by", "words", "negative", "empty"],
)
def test_when_to_come_again_is_told_in_seconds_or_as_a_date(header: str, seconds: float) -> None:
    noon = "Mon, 23 Nov 2026 12:00:00 GMT"

    assert retry_after_s({"retry-after": header, "date": noon}) == seconds
