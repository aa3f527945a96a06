"""Names that shift from one variation to the next on Etsy: each is followed by its SKU."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    NOON,
    PATIENCE,
    RING,
    Bench,
    OrderTold,
    line,
)
from tests.support.renamings import (
    AS_THEY_WERE,
    BANGLE,
    SIZE_6,
    SIZE_7,
    SIZE_8,
    SIZE_9,
    is_read,
    known,
    open_one_size,
    open_three_sizes,
    shows,
    stand,
)

from peg.catalog import mirror, offers
from peg.domain.identity import OfferRef
from peg.domain.offer import ANYWHERE, Reading
from peg.intake import renamed


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_one_size(tmp_path) as bench:
        yield bench


@pytest.fixture
async def sizes(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_three_sizes(tmp_path) as bench:
        yield bench


@pytest.mark.parametrize(
    ("shown", "stands"),
    [
        (
            [shows(SIZE_7), shows(SIZE_6, NECKLACE), shows(SIZE_8, BANGLE)],
            {"Size=7": RING, "Size=6": NECKLACE, "Size=8": BANGLE},
        ),
        (
            [shows(SIZE_6), shows(SIZE_8, NECKLACE), shows(SIZE_9, BANGLE)],
            {"Size=6": RING, "Size=8": NECKLACE, "Size=9": BANGLE},
        ),
        (
            [shows(SIZE_7), shows(SIZE_8, NECKLACE), shows(SIZE_9, BANGLE)],
            {"Size=7": RING, "Size=8": NECKLACE, "Size=9": BANGLE},
        ),
        (
            [shows(SIZE_7), shows(SIZE_8, NECKLACE), shows(SIZE_6, BANGLE)],
            {"Size=7": RING, "Size=8": NECKLACE, "Size=6": BANGLE},
        ),
        (
            [shows(SIZE_6, NECKLACE), shows(SIZE_7, BANGLE), shows(SIZE_8, "NEW-1")],
            AS_THEY_WERE,
        ),
    ],
    ids=["a swap", "by one", "all by one", "in a circle", "one deleted, whose name was taken"],
)
async def test_names_that_shift_are_followed_by_their_skus(
    sizes: Bench, shown: list[Reading], stands: dict[str, str]
) -> None:
    await is_read(sizes, *shown)

    assert await stand(sizes) == stands
    assert len(await sizes.news("alert.raised")) == (stands != AS_THEY_WERE)


async def test_a_shift_is_told_of_in_one_sentence(sizes: Bench) -> None:
    await is_read(sizes, shows(SIZE_7), shows(SIZE_6, NECKLACE), shows(SIZE_8, BANGLE))

    (alert,) = await sizes.news("alert.raised")
    assert "Size 6 → Size 7 (SKU RING-1)" in alert["sentence"]
    assert "Size 7 → Size 6 (SKU NECK-2)" in alert["sentence"]
    assert "Size 8" not in alert["sentence"]
    assert len(await sizes.news("offer.drifted")) == 2
    (ring,) = await offers.of_skus(sizes.session, [RING])
    assert ring.options == {"Size": "7"}


@pytest.mark.parametrize("busy", [SIZE_6, SIZE_7, SIZE_8], ids=["the first", "one", "the last"])
async def test_of_names_that_shift_none_moves_while_one_is_written(
    sizes: Bench, busy: OfferRef
) -> None:
    offer = await known(sizes, busy)
    assert offer is not None
    await mirror.note_sending(sizes.session, offer.id, ANYWHERE, 0, now=NOON)

    await is_read(sizes, shows(SIZE_7), shows(SIZE_8, NECKLACE), shows(SIZE_9, BANGLE))

    assert await stand(sizes) == AS_THEY_WERE
    assert await sizes.news("alert.raised") == []


async def test_a_write_of_one_keeps_no_other_from_its_new_name(sizes: Bench) -> None:
    offer = await known(sizes, SIZE_8)
    assert offer is not None
    await mirror.note_sending(sizes.session, offer.id, ANYWHERE, 0, now=NOON)

    await is_read(sizes, shows(SIZE_7), shows(SIZE_6, NECKLACE), shows(SIZE_9, BANGLE))

    assert await stand(sizes) == {"Size=7": RING, "Size=6": NECKLACE, "Size=8": BANGLE}


async def test_a_reading_from_before_a_shift_does_not_shift_it_back(sizes: Bench) -> None:
    before = await mirror.versions_of_shop(sizes.session, SIZE_6.shop)
    await is_read(sizes, shows(SIZE_7), shows(SIZE_6, NECKLACE), shows(SIZE_8, BANGLE))
    shifted = await stand(sizes)

    outdated = [shows(SIZE_6), shows(SIZE_7, NECKLACE), shows(SIZE_8, BANGLE)]
    await renamed.follow(sizes.session, outdated, before, patience=PATIENCE, now=NOON)

    assert await stand(sizes) == shifted


@pytest.mark.parametrize(
    "shown",
    [
        [shows(SIZE_6), shows(SIZE_7, "TYPED-ANEW"), shows(SIZE_8, BANGLE)],
        [shows(SIZE_6), shows(SIZE_7, RING), shows(SIZE_8, NECKLACE)],
        [shows(SIZE_7), shows(SIZE_6, NECKLACE), shows(SIZE_8, NECKLACE)],
        [shows(SIZE_7), shows(SIZE_6, ""), shows(SIZE_8, BANGLE)],
        [shows(SIZE_6, ""), shows(SIZE_7, RING), shows(SIZE_8, NECKLACE)],
        [shows(SIZE_6, "ring-1"), shows(SIZE_7), shows(SIZE_8, NECKLACE)],
        [shows(SIZE_7), shows(SIZE_8, BANGLE)],
    ],
    ids=[
        "one SKU is typed anew",
        "one SKU stands on two",
        "another stands on two",
        "one SKU is not told",
        "the first does not tell its SKU",
        "the first has its SKU in small letters",
        "one is deleted, and its name taken",
    ],
)
async def test_what_may_be_no_shift_moves_nothing(sizes: Bench, shown: list[Reading]) -> None:
    await is_read(sizes, *shown)

    assert await stand(sizes) == AS_THEY_WERE


async def test_names_do_not_shift_where_two_are_known_by_one_sku(bench: Bench) -> None:
    await bench.offer(SIZE_7, NECKLACE)
    await bench.stock(BANGLE, 1)
    await bench.offer(SIZE_8, BANGLE, sku=NECKLACE)

    await is_read(bench, shows(SIZE_7), shows(SIZE_6, NECKLACE), shows(SIZE_8, "ANEW"))

    assert await stand(bench) == AS_THEY_WERE


async def test_one_that_nobody_matched_gives_its_name_to_none(bench: Bench) -> None:
    await bench.offer(SIZE_7, sku="LOOSE-1")

    await is_read(bench, shows(SIZE_7), shows(SIZE_8, "LOOSE-1"))

    assert await stand(bench) == {"Size=6": RING, "Size=7": ""}


async def test_skus_that_are_set_right_rename_nothing(bench: Bench) -> None:
    """A person matched both by hand, since each bore the other's SKU."""
    await bench.offer(SIZE_7, NECKLACE, sku="BANGLE-3")
    await bench.stock(BANGLE, 1)
    await bench.offer(SIZE_8, BANGLE, sku=NECKLACE)

    await is_read(bench, shows(SIZE_6), shows(SIZE_7, NECKLACE), shows(SIZE_8, BANGLE))

    assert await stand(bench) == AS_THEY_WERE


async def test_an_order_from_before_a_shift_keeps_its_piece(sizes: Bench) -> None:
    """Read again after it, it names what it sold as that was called then."""
    order = OrderTold(shop=SIZE_6.shop)
    await sizes.take_in(order.told(0, line(SIZE_6, 1)))
    await is_read(sizes, shows(SIZE_7), shows(SIZE_6, NECKLACE), shows(SIZE_8, BANGLE))

    await sizes.take_in(order.told(5, line(SIZE_6, 1)), at=5)

    assert [await sizes.available(sku) for sku in (RING, NECKLACE)] == [0, 1]


async def given_up(bench: Bench, ref: OfferRef) -> None:
    offer = await known(bench, ref)
    assert offer is not None
    await offers.mark_gone(bench.session, offer.id)


async def test_one_that_was_given_up_gives_its_name_to_another(sizes: Bench) -> None:
    await given_up(sizes, SIZE_8)

    await is_read(sizes, shows(SIZE_7), shows(SIZE_8, NECKLACE))

    left = await stand(sizes)
    assert (left.pop("Size=7"), left.pop("Size=8")) == (RING, NECKLACE)
    assert list(left.values()) == [BANGLE]  # it has no name any more

    await is_read(sizes, shows(SIZE_7), shows(SIZE_8, NECKLACE), shows(SIZE_9, BANGLE))
    assert await stand(sizes) == {"Size=7": RING, "Size=8": NECKLACE, "Size=9": BANGLE}


async def test_one_that_was_given_up_and_may_stand_there_again_keeps_its_name(bench: Bench) -> None:
    """A person took it for the ring as well, and it has another SKU."""
    await bench.offer(SIZE_7, RING, sku="OLD-1")
    await given_up(bench, SIZE_7)

    await is_read(bench, shows(SIZE_7))

    assert await stand(bench) == {"Size=6": RING, "Size=7": RING}
