"""What is told of each offer is what its shop shows, as far as PEG knows."""

from pathlib import Path

from tests.support.bench import RING, etsy_ref, open_bench

from peg.catalog import offers
from peg.reads.offers import all_offers


async def test_a_listing_that_was_deleted_shows_nothing(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 1)
        ring = await bench.offer(etsy_ref(), RING, shows=1)
        (before,) = await all_offers(bench.session)

        await offers.mark_gone(bench.session, ring.id)
        (after,) = await all_offers(bench.session)

    assert (sum(before.shown.values()), sum(after.shown.values())) == (1, 0)
    assert (before.shelf, after.shelf) == ("listed", "gone")
