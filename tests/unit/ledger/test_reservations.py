from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import NECKLACE, NOON, RING, Bench, etsy_ref, minute, open_bench

from peg.domain.errors import BadQuantity, InsufficientStock, UnknownSku
from peg.domain.identity import MAIN, LocationId, Sku
from peg.domain.moment import BadMoment
from peg.ledger import reservations
from peg.ledger.places import available_by_place
from peg.ledger.reservations import NoSuchHold
from peg.ledger.settling import settle

GALLERY = LocationId("gallery")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 1)
        yield bench


async def hold(
    bench: Bench,
    sku: Sku = RING,
    pieces: int = 1,
    until: float | None = 60,
    at: LocationId | None = None,
) -> int:
    return await reservations.hold(
        bench.session,
        sku,
        pieces,
        until=None if until is None else minute(until),
        why="for Mrs Weber",
        who="anna",
        location=at,
        now=NOON,
    )


async def test_a_held_piece_is_offered_to_nobody_else(bench: Bench) -> None:
    number = await hold(bench)

    with pytest.raises(InsufficientStock) as refusal:
        await hold(bench)

    (held,) = await reservations.active(bench.session, RING)
    assert (held.id, held.why, held.who) == (number, "for Mrs Weber", "anna")
    assert refusal.value.available == 0
    assert (await bench.level()).on_hand == 1


async def test_a_hold_ends_at_its_deadline_and_not_before(bench: Bench) -> None:
    await hold(bench, until=60)

    early = await reservations.expire_due(bench.session, now=minute(59.9))
    late = await reservations.expire_due(bench.session, now=minute(60))
    again = await reservations.expire_due(bench.session, now=minute(61))

    assert (len(early), len(late), len(again)) == (0, 1, 0)
    assert await bench.available() == 1
    assert await reservations.active(bench.session) == []


async def test_a_hold_that_is_over_is_in_nobodys_way_before_it_is_ended(bench: Bench) -> None:
    await hold(bench, until=60)

    number = await reservations.hold(
        bench.session, RING, 1, until=None, why="the fair", who="ben", now=minute(61)
    )

    (kept,) = await reservations.active(bench.session, RING)
    assert (kept.id, kept.who) == (number, "ben")


async def test_who_is_refused_a_held_piece_is_told_who_keeps_it_and_what_to_do(
    bench: Bench,
) -> None:
    number = await hold(bench)

    with pytest.raises(InsufficientStock) as refusal:
        await hold(bench)

    sentence = str(refusal.value)
    assert f"hold {number} (for Mrs Weber; kept by anna until 2026-" in sentence
    assert f"keeps 1: `peg release {number}` lets go of them, or ask for fewer" in sentence


async def test_a_place_whose_pieces_are_kept_says_by_which_hold(bench: Bench) -> None:
    await bench.post(RING, at=GALLERY, on_hand=1)
    await hold(bench, at=MAIN)
    there = await hold(bench, at=GALLERY, until=None)
    await bench.post(RING, on_hand=1)

    with pytest.raises(InsufficientStock, match=f"hold {there} .* until it is released") as refusal:
        await hold(bench, at=GALLERY)

    assert refusal.value.kept.count("hold ") == 1


async def test_a_hold_without_a_deadline_waits_for_a_person(bench: Bench) -> None:
    number = await hold(bench, until=None)

    assert await reservations.expire_due(bench.session, now=minute(1e6)) == []
    await reservations.release(bench.session, number, now=minute(1e6))

    assert await bench.available() == 1


async def test_a_hold_is_released_once(bench: Bench) -> None:
    number = await hold(bench)
    await reservations.release(bench.session, number, now=NOON)

    with pytest.raises(NoSuchHold, match=f"number {number}"):
        await reservations.release(bench.session, number, now=NOON)

    assert await bench.available() == 1


async def test_nonsense_is_refused(bench: Bench) -> None:
    with pytest.raises(BadQuantity):
        await hold(bench, pieces=0)
    with pytest.raises(BadMoment, match="choose a later one"):
        await hold(bench, until=0)
    with pytest.raises(UnknownSku):
        await hold(bench, sku=NECKLACE)


async def test_a_piece_is_kept_at_the_place_that_is_named(bench: Bench) -> None:
    await bench.post(RING, at=GALLERY, on_hand=1)

    number = await hold(bench, at=GALLERY)

    (held,) = await reservations.active(bench.session, RING)
    assert (held.id, held.places) == (number, {GALLERY: 1})


async def test_no_more_is_kept_at_a_place_than_lies_there(bench: Bench) -> None:
    await bench.post(RING, at=GALLERY, on_hand=1)

    with pytest.raises(InsufficientStock, match="available 1 at gallery: name another place"):
        await hold(bench, pieces=2, at=GALLERY)

    assert await reservations.active(bench.session, RING) == []


async def test_what_is_held_already_cannot_be_kept_at_a_place_once_more(bench: Bench) -> None:
    await bench.post(RING, at=GALLERY, on_hand=1)
    await hold(bench, at=GALLERY)

    with pytest.raises(InsufficientStock):
        await hold(bench, at=GALLERY)


async def test_a_piece_missed_on_a_shop_may_be_the_one_at_the_place(bench: Bench) -> None:
    """One lies at either place, and one of the two is missing on Etsy: only one can be kept."""
    await bench.post(RING, at=GALLERY, on_hand=1)
    await bench.offer(etsy_ref(), RING, shows=2)
    await bench.read(etsy_ref(), 1)
    await hold(bench, at=GALLERY)

    with pytest.raises(InsufficientStock):
        await hold(bench, at=MAIN)


async def available_at(bench: Bench) -> dict[LocationId, int]:
    return dict(await available_by_place(bench.session, RING))


async def test_a_hold_larger_than_any_place_keeps_no_more_there_than_lies_there(
    bench: Bench,
) -> None:
    await bench.post(RING, on_hand=25)
    await bench.post(RING, at=GALLERY, on_hand=4)

    number = await hold(bench, pieces=29)

    (kept,) = await reservations.active(bench.session, RING)
    assert (kept.id, kept.quantity, kept.places) == (number, 29, {MAIN: 26, GALLERY: 3})
    assert await available_at(bench) == {MAIN: 0, GALLERY: 1}
    await reservations.release(bench.session, number, now=NOON)
    assert await available_at(bench) == {MAIN: 26, GALLERY: 4}


async def test_pieces_kept_at_several_places_are_one_hold_when_they_are_given_one(
    bench: Bench,
) -> None:
    """`main` is where pieces lie that have no place: once a shop gives them one, they lie there."""
    await bench.post(RING, on_hand=2)
    await bench.post(RING, at=GALLERY, on_hand=2)
    number = await hold(bench, pieces=5)

    await settle(bench.session, {RING: {GALLERY: 0}}, now=NOON)
    taken = await reservations.use_up(bench.session, number, RING, 4, now=NOON)

    (left,) = await reservations.active(bench.session, RING)
    assert (taken, left.places) == ({GALLERY: 4}, {GALLERY: 1})
