"""Etsy takes a listing as a whole: what its offers will show is decided on what is true right then.

A band in gold and in silver is one listing; five of each are there.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.a_listing import BAND, GOLD, SILVER, Listing, open_listing, read, sells_in_person

from peg.catalog import mirror
from peg.db.transaction import begin
from peg.domain.offer import ANYWHERE, Shelf
from peg.marketplaces.port import Result, Shown, TooLate
from peg.marketplaces.writers import READINGS_MAX


@pytest.fixture
async def listing(tmp_path: Path) -> AsyncIterator[Listing]:
    async with open_listing(tmp_path) as listing:
        yield listing


async def withdrawn(listing: Listing) -> None:
    async with begin(listing.database) as session:
        for offer in listing.ids.values():
            await mirror.note_shelf(session, offer, Shelf.WITHDRAWN)


async def test_a_silver_band_sold_after_it_was_read_is_not_written_back(listing: Listing) -> None:
    await sells_in_person(listing, GOLD, 1)

    assert await listing.decides() == {GOLD: 4, SILVER: 4}


async def test_without_asking_for_the_orders_first_it_is(listing: Listing) -> None:
    await sells_in_person(listing, GOLD, 1)

    assert await listing.decides(asks=False) == {GOLD: 4, SILVER: 5}  # four are left


async def test_a_band_that_is_missing_while_others_are_heard_of_is_looked_for_first(
    listing: Listing,
) -> None:
    """It was taken off by hand: written back like that, the gap would seem to be our own."""
    attempt = await listing.attempt()
    async with begin(listing.database) as session:  # heard of after we began
        await mirror.change(session, listing.ids[SILVER], ANYWHERE, quantity=5)

    with pytest.raises(TooLate, match="read again"):
        await attempt.decide(read(GOLD, 5) | read(SILVER, 4))
    decided = await attempt.decide(read(GOLD, 5) | read(SILVER, 4))

    assert decided[BAND[SILVER]] == 4
    assert await listing.missed(SILVER) == 1


async def test_bands_added_by_hand_while_a_raise_waited_are_seen_before_they_are_covered(
    listing: Listing,
) -> None:
    """A sale was heard of meanwhile, too: the listing is read once more before all is replaced."""
    await sells_in_person(listing, GOLD, -2)
    attempt = await listing.attempt(proved=(GOLD,))
    async with begin(listing.database) as session:  # heard of after we began
        await mirror.change(session, listing.ids[SILVER], ANYWHERE, quantity=5)

    with pytest.raises(TooLate, match="read again"):
        await attempt.decide(read(GOLD, 5) | read(SILVER, 7))
    decided = await attempt.decide(read(GOLD, 5) | read(SILVER, 7))

    assert decided == {BAND[GOLD]: 7, BAND[SILVER]: 5}
    assert await listing.more_seen_once(SILVER) == 2


async def test_a_band_taken_off_by_hand_while_a_raise_waited_is_not_written_back(
    listing: Listing,
) -> None:
    """What was decided first came too late to be sent, so the listing is read once more."""
    await sells_in_person(listing, GOLD, -2)
    attempt = await listing.attempt(proved=(GOLD, SILVER))
    await attempt.decide(read(GOLD, 5) | read(SILVER, 5))

    decided = await attempt.decide(read(GOLD, 5) | read(SILVER, 4))

    assert decided[BAND[SILVER]] == 4
    assert await listing.missed(SILVER) == 1


async def test_a_raise_is_left_for_another_time_where_each_reading_is_overtaken(
    listing: Listing,
) -> None:
    """Something is missing, and at every reading more was heard of it: a raise can wait."""
    await sells_in_person(listing, GOLD, -2)
    attempt = await listing.attempt(proved=(GOLD, SILVER))
    for _ in range(READINGS_MAX):
        async with begin(listing.database) as session:  # heard of while it was read
            await mirror.change(session, listing.ids[SILVER], ANYWHERE, quantity=5)
        with pytest.raises(TooLate, match="read again"):
            await attempt.decide(read(GOLD, 5) | read(SILVER, 4))


async def test_only_what_is_proved_goes_up(listing: Listing) -> None:
    await sells_in_person(listing, GOLD, -2)
    await sells_in_person(listing, SILVER, -2)

    assert await listing.decides(proved=(GOLD,), asks=False) == {GOLD: 7, SILVER: 5}
    assert await listing.kept() == [("gold", 5, 7), ("silver", 5, 5)]


async def test_a_listing_off_sale_raises_all_that_it_brings_back(listing: Listing) -> None:
    await withdrawn(listing)

    found = await listing.decides(proved=(GOLD,), asks=False, shelf=Shelf.WITHDRAWN)

    assert found == {GOLD: 5, SILVER: 0}
    assert await listing.dirty() == {listing.ids[SILVER]}  # driven again, with its own proof
    assert await listing.kept() == [("gold", 0, 5), ("silver", 0, 0)]


async def test_with_a_proof_of_each_it_comes_back_as_it_was(listing: Listing) -> None:
    await withdrawn(listing)

    both = await listing.decides(proved=(GOLD, SILVER), asks=False, shelf=Shelf.WITHDRAWN)

    assert both == {GOLD: 5, SILVER: 5}


@pytest.mark.parametrize("set_lower", [True, False])
async def test_who_was_lowered_for_the_sake_of_another_with_its_sku_is_not_missed(
    listing: Listing, *, set_lower: bool
) -> None:
    """Etsy takes one figure for both bands. Its reading afterwards shows what PEG set itself."""
    await sells_in_person(listing, GOLD, 2)
    attempt = await listing.attempt()
    await attempt.decide(read(GOLD, 5) | read(SILVER, 5))
    after = read(GOLD, 3) | read(SILVER, 3)
    sent = Result(ref=BAND[GOLD], place=ANYWHERE, shown=Shown.SENT, verified=after[BAND[GOLD]])
    silver = replace(sent, ref=BAND[SILVER], shown=Shown.REFUSED, verified=after[BAND[SILVER]])

    await attempt.record([sent, replace(silver, set_lower=set_lower)], watched=False)
    await listing.shows(SILVER, 3)

    assert await listing.missed(SILVER) == (0 if set_lower else 2)
    assert await listing.behind() == ({listing.ids[SILVER]} if set_lower else set())
