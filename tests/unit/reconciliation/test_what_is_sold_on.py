"""What is sold on at zero is named by a comparison where nothing worse is to be said of it."""

from pathlib import Path

from tests.support.jeweller import RING, open_jeweller

from peg.db.transaction import reading
from peg.reads.alerts import standing
from peg.reads.not_kept import Why, not_kept


async def test_it_is_named_is_no_drift_and_is_alarmed_until_it_is_mended(tmp_path: Path) -> None:
    async with open_jeweller(tmp_path) as here:
        ring = here.shopify.show(RING, 5)
        await here.imports()
        here.clock.pass_(60)
        here.shopify.now = here.etsy.now = here.clock.now()
        here.shopify.ticks(ring, oversells=True)

        assert await here.compares() == {"sells_on": 1}
        async with reading(here.database) as session:
            assert [one.why for one in await not_kept(session)] == [Why.SELLS_ON]
            (alert,) = await standing(session, now=here.clock.now())
        assert alert.name == "sells_on"
        assert "'Piece RING-1'" in alert.sentence

        here.shopify.ticks(ring)
        assert await here.compares() == {}
        async with reading(here.database) as session:
            assert await standing(session, now=here.clock.now()) == []


async def test_a_difference_is_named_before_it(tmp_path: Path) -> None:
    async with open_jeweller(tmp_path) as here:
        ring = here.shopify.show(RING, 5)
        await here.imports()
        here.clock.pass_(60)
        here.shopify.now = here.etsy.now = here.clock.now()
        here.shopify.ticks(ring, oversells=True)
        here.shopify.set_by_hand(ring, 4)

        assert await here.compares() == {"missing": 1}
