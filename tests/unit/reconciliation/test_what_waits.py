"""What does not show its target yet is told by what it waits for: not all of it is under way."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import NOON, RING, SHOPIFY, Bench, open_bench, shopify_ref

from peg.catalog import offers
from peg.domain.identity import OfferId
from peg.ledger import questions
from peg.marketplaces.port import Result, Shown
from peg.propagation import board, pauses
from peg.propagation.many_raises import MANY_RAISES
from peg.propagation.refusals import note_refused
from peg.propagation.retarget import retarget
from peg.reconciliation.behind import why_behind


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def to_be_driven(bench: Bench, *, shows: int = 1) -> OfferId:
    """The book has two."""
    atelier = await bench.place("71", "Atelier")
    await bench.stock(RING, 2, at=atelier)
    offer = await bench.offer(shopify_ref(), RING, shows={"71": shows})
    await retarget(bench.session, [RING], now=NOON)
    return offer.id


async def told(bench: Bench, offer: OfferId) -> tuple[str, str]:
    standings = await board.standings(bench.session, [offer])
    rows = {offer: {"71": await bench.expects(shopify_ref(), "71")}}
    found = (await why_behind(bench.session, SHOPIFY, standings, rows))[offer]
    return found.cause.value, found.action.value


async def ask(bench: Bench, kind: str, subject: str) -> None:
    await questions.ask(
        bench.session,
        kind=kind,
        subject=subject,
        sentence="Is it so?",
        evidence={},
        options=("yes", "no"),
        default="no",
        now=NOON,
    )


async def test_a_push_that_nothing_stops_is_in_flight(bench: Bench) -> None:
    offer = await to_be_driven(bench)

    assert await told(bench, offer) == ("in_flight", "wait")


async def test_what_a_person_is_asked_about_waits_for_the_answer(bench: Bench) -> None:
    offer = await to_be_driven(bench)
    await ask(bench, "renewal", str(offer))

    assert await told(bench, offer) == ("asked", "ask")


@pytest.mark.parametrize(("shows", "waits"), [(1, "asked"), (3, "in_flight")])
async def test_very_many_raises_wait_for_an_answer_and_what_comes_down_does_not(
    bench: Bench, shows: int, waits: str
) -> None:
    offer = await to_be_driven(bench, shows=shows)
    await ask(bench, MANY_RAISES, SHOPIFY)

    assert (await told(bench, offer))[0] == waits


async def test_a_pause_is_named_before_all_else(bench: Bench) -> None:
    offer = await to_be_driven(bench)
    await ask(bench, "renewal", str(offer))
    await pauses.pause(bench.session, "shopify", who="mira", why="stocktaking", now=NOON)

    assert await told(bench, offer) == ("paused", "wait")


async def test_what_the_shop_refuses_is_not_under_way(bench: Bench) -> None:
    offer = await to_be_driven(bench)
    (known,) = (await offers.by_ids(bench.session, [offer])).values()
    result = Result(ref=known.ref, place="71", shown=Shown.REFUSED, sentence="no such item")
    await note_refused(bench.session, [(known, result)], now=NOON)

    assert await told(bench, offer) == ("refused", "report")
