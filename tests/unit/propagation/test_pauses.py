"""The kill switch: what is named is paused, and nothing else; the widest pause is told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import ETSY, NOON, RING, SHOPIFY, Bench, OrderTold, etsy_ref, line
from tests.support.bench import open_bench as open_

from peg.propagation import pauses
from peg.propagation.pauses import BadScope, NotPaused, Paused


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_(tmp_path) as bench:
        yield bench


async def pause(bench: Bench, scope: str) -> None:
    await pauses.pause(bench.session, scope, who="mira", why="a fair", now=NOON)


async def paused(bench: Bench) -> tuple[bool, bool]:
    """Whether Shopify and Etsy are."""
    on_shopify = await pauses.pause_of(bench.session, SHOPIFY)
    on_etsy = await pauses.pause_of(bench.session, ETSY)
    return on_shopify is not None, on_etsy is not None


@pytest.mark.parametrize(
    ("scope", "covers"),
    [
        ("all", (True, True)),
        ("shopify", (True, False)),
        ("etsy", (False, True)),
        (SHOPIFY, (True, False)),
        (ETSY, (False, True)),
        ("etsy:1002", (False, False)),
    ],
)
async def test_a_pause_covers_what_it_names(
    bench: Bench, scope: str, covers: tuple[bool, bool]
) -> None:
    await pause(bench, scope)

    assert await paused(bench) == covers


async def test_of_several_pauses_the_widest_is_told(bench: Bench) -> None:
    for scope in (ETSY, "all", "etsy"):
        await pause(bench, scope)

    told = await pauses.pause_of(bench.session, ETSY)

    assert told is not None
    assert (told.scope, told.who, told.why) == ("all", "mira", "a fair")


async def test_what_one_pause_covers_goes_on_only_when_every_pause_is_over(bench: Bench) -> None:
    await pause(bench, "all")
    await pause(bench, "etsy")

    await pauses.resume(bench.session, "all")
    between = await paused(bench)
    await pauses.resume(bench.session, "etsy")

    assert between == (False, True)
    assert await paused(bench) == (False, False)


@pytest.mark.parametrize("scope", ["", "everything", "shopify:", "amazon", "amazon:1", "all:1"])
async def test_a_scope_that_means_nothing_is_refused(bench: Bench, scope: str) -> None:
    with pytest.raises(BadScope):
        await pause(bench, scope)

    assert await pauses.all_pauses(bench.session) == []


async def test_what_is_not_paused_cannot_be_resumed(bench: Bench) -> None:
    await pause(bench, "etsy")

    with pytest.raises(NotPaused):
        await pauses.resume(bench.session, "shopify")


async def test_a_pause_stops_no_order(bench: Bench) -> None:
    await pause(bench, "all")
    await bench.stock(RING, 1)
    await bench.offer(etsy_ref(), RING)

    await bench.take_in(OrderTold().told(1, line(etsy_ref(), 1)))

    assert await bench.available() == 0


async def test_a_write_that_is_about_to_go_is_told_who_paused_it_and_why(bench: Bench) -> None:
    await pauses.pause(bench.session, "etsy", who="mira", why="a fair", now=NOON)

    await pauses.go_on(bench.session, SHOPIFY)
    with pytest.raises(Paused, match="etsy was paused by mira: a fair"):
        await pauses.go_on(bench.session, ETSY)
