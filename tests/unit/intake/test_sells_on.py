"""Who sells on whatever PEG writes is told of once, for as long as it does."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.bench import NOON, RING, Bench, open_bench, reading_of, shopify_ref
from tests.support.doubts import drifted

from peg.alerts import register
from peg.catalog import offers
from peg.domain.identity import OfferRef
from peg.domain.offer import Reading, Shelf
from peg.intake import sells_on
from peg.reads.alerts import judged


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 5)
        yield bench


def refs(many: int) -> list[OfferRef]:
    return [shopify_ref(str(10 + n), str(100 + n), str(1000 + n)) for n in range(many)]


def seen(ref: OfferRef, *, tracked: bool = True, oversells: bool = False) -> Reading:
    return replace(reading_of(ref, {"": 1}), tracked=tracked, oversells=oversells)


async def notes(bench: Bench, *readings: Reading) -> Sequence[OfferRef]:
    """They are read; those whose figures are not judged."""
    known = await offers.by_refs(bench.session, [one.ref for one in readings])
    return sorted(await sells_on.note(bench.session, known, readings, now=NOON))


async def standing(bench: Bench) -> list[str]:
    return [one.subject for one in (await judged(bench.session, now=NOON)).lasting]


async def end_all(bench: Bench, *, by: str) -> None:
    told = await register.standing(bench.session)
    await register.end(bench.session, [one.id for one in told], by=by, now=NOON)


async def test_one_that_a_person_ticked_off_is_told_of_again_only_if_it_begins_anew(
    bench: Bench,
) -> None:
    (ref,) = refs(1)
    ring = await bench.offer(ref, RING)
    await notes(bench, seen(ref, oversells=True))
    assert await standing(bench) == [str(ring.id)]
    await end_all(bench, by="mira")

    await notes(bench, seen(ref, oversells=True))
    await sells_on.tell(bench.session, now=NOON)
    assert await standing(bench) == []

    await notes(bench, seen(ref))
    await notes(bench, seen(ref, oversells=True))
    assert await standing(bench) == [str(ring.id)]


async def test_it_is_over_once_it_is_mended_there(bench: Bench) -> None:
    (ref,) = refs(1)
    await bench.offer(ref, RING)
    await notes(bench, seen(ref, tracked=False))

    await notes(bench, seen(ref))

    assert await standing(bench) == []


async def test_many_at_once_are_told_of_together(bench: Bench) -> None:
    mine = refs(sells_on.ALONE_MAX + 1)
    for ref in mine:
        await bench.offer(ref, RING)

    await notes(bench, *(seen(ref, oversells=True) for ref in mine))

    assert await standing(bench) == [mine[0].shop]


async def test_of_a_piece_that_nobody_knows_no_alarm_comes_until_it_is_mapped(
    bench: Bench,
) -> None:
    (ref,) = refs(1)
    await bench.offer(ref)
    await notes(bench, seen(ref, oversells=True))
    assert await standing(bench) == []

    ring = await bench.offer(ref, RING)
    await sells_on.tell(bench.session, now=NOON)

    assert await standing(bench) == [str(ring.id)]


async def test_the_figure_of_what_is_counted_again_is_no_new_piece(bench: Bench) -> None:
    (ref,) = refs(1)
    ring = await bench.offer(ref, RING, shows=5)
    assert await notes(bench, seen(ref, tracked=False)) == [ref]
    assert await notes(bench, replace(seen(ref, tracked=False), shelf=Shelf.GONE)) == [ref]

    assert await notes(bench, seen(ref)) == [ref]

    expected = await bench.expects(ref)
    assert (expected.quantity, await bench.available()) == (1, 5)
    assert await drifted(bench) == [ring.id, ring.id]
    assert await bench.read(ref, 1, at=1) == "echo"
