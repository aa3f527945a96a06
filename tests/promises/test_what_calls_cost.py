"""The marketplaces count calls: each thing PEG does costs what it must, and no more."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.support.little_catalogue import CHAIN, KIT, RING, SET, SILVER, STUDS
from tests.support.little_shop import NO_POLLS, LittleShop, open_little_shop
from tests.support.rehearsal import Rehearsal, rehearse

from peg.catalog import offers, rules
from peg.db.transaction import begin, reading
from peg.domain.identity import Channel
from peg.propagation import board, pauses
from peg.propagation.retarget import retarget_offers

AN_HOUR_S = 3_600.0
EVERY_S = {
    "PEG_POLL_SHOPIFY_S": "30",
    "PEG_POLL_ETSY_S": "30",
    "PEG_GLANCE_S": "60",
    "PEG_RECONCILE_S": "900",
}


def calls(shop: LittleShop, since: int) -> list[str]:
    """What Etsy was asked since then, without the receipts that everybody shares."""
    heard = shop.rehearsal.fair.overheard["etsy"].heard[since:]
    asked = [one.split("\n", 1)[0] for one in heard]
    return [one.split("?", 1)[0] for one in asked if "receipts" not in one]


async def test_a_single_piece_is_taken_off_etsy_by_two_calls(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, environment=NO_POLLS) as shop:
        before = len(shop.rehearsal.fair.overheard["etsy"].heard)

        shop.buys("shopify", RING)
        await shop.ends_at(RING, 0)

        methods = [one.split(" ", 1)[0] for one in calls(shop, before)]
        assert methods == ["PATCH", "GET"]


async def test_another_change_costs_etsy_three_calls_and_the_shared_receipts(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, environment=NO_POLLS) as shop:
        before = len(shop.rehearsal.fair.overheard["etsy"].heard)

        shop.buys("shopify", CHAIN)
        await shop.until(lambda: shop.shows(CHAIN) == (4, 4))

        methods = [one.split(" ", 1)[0] for one in calls(shop, before)]
        assert receipts_before_the_write(shop, before) == 1  # sales alone; no cancellations
        assert methods[:3] in (["GET", "PUT", "GET"], ["GET", "PUT"])  # its check may be on its way
        assert methods.count("PUT") == 1


async def test_one_order_of_three_single_pieces_costs_etsy_four_calls(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, environment=NO_POLLS, with_set=True) as shop:
        await shop.composes(SET, RING, STUDS)
        await shop.stays(SET, 1, 1)
        before = len(shop.rehearsal.fair.overheard["etsy"].heard)

        shop.buys("shopify", SET)
        for sku in (SET, RING, STUDS):
            await shop.ends_at(sku, 0)

        methods = [one.split(" ", 1)[0] for one in calls(shop, before)]
        assert methods == ["PATCH", "PATCH", "PATCH", "GET"]


async def test_one_order_of_three_listings_costs_etsy_six_calls_and_five_until_all_are_lowered(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, environment=NO_POLLS, with_kit=True) as shop:
        await shop.composes(KIT, CHAIN, SILVER)
        await shop.stays(KIT, 4, 4)
        before = len(shop.rehearsal.fair.overheard["etsy"].heard)

        shop.buys("shopify", KIT)
        for sku, left in ((KIT, 3), (CHAIN, 4), (SILVER, 3)):
            await shop.ends_at(sku, left)

        methods = [one.split(" ", 1)[0] for one in calls(shop, before)]
        assert receipts_before_the_write(shop, before) == 1
        assert methods[:5] == ["GET", "PUT", "PUT", "PUT", "GET"]
        assert methods.count("PUT") == 3


def receipts_before_the_write(shop: LittleShop, since: int) -> int:
    heard = asked(shop, "etsy", since)
    written = next(at for at, one in enumerate(heard) if one.startswith("PUT"))
    return len([one for one in heard[:written] if "receipts" in one])


async def test_250_changes_cost_shopify_one_call(tmp_path: Path) -> None:
    async with rehearse(tmp_path, pieces=300) as shop:
        await set_shop_paused(shop, paused=True)
        await nothing_to_show(shop, Channel.SHOPIFY)
        due = await still_due(shop, Channel.SHOPIFY)
        before = len(shop.fair.overheard["shopify"].heard)

        await set_shop_paused(shop, paused=False)
        while await still_due(shop, Channel.SHOPIFY):
            await shop.ground.clock.sleep(0.05)

        writes = [
            one.count("changeFromQuantity")
            for one in shop.fair.overheard["shopify"].heard[before:]
            if "inventorySetQuantities" in one
        ]
        assert len(due) > 200
        assert len(writes) <= len(due) // 250 + 2
        assert max(writes) >= min(250, len(due))


async def test_an_idle_hour_costs_nothing_but_looking(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, environment=EVERY_S, speed=360.0) as shop:
        await shop.rehearsal.ground.clock.sleep(AN_HOUR_S / 2)  # the import comes to rest
        heard = {name: len(one.heard) for name, one in shop.rehearsal.fair.overheard.items()}

        await shop.rehearsal.ground.clock.sleep(AN_HOUR_S)

        etsy = Counter(one.split(" ", 1)[0] for one in asked(shop, "etsy", heard["etsy"]))
        receipts = [one for one in asked(shop, "etsy", heard["etsy"]) if "receipts" in one]
        shopify = asked(shop, "shopify", heard["shopify"])
        assert set(etsy) <= {"GET", "POST"}  # POST is the token's renewal
        assert etsy["POST"] <= 2
        assert len(receipts) <= 2 * AN_HOUR_S / 30 * 1.1
        assert not [one for one in shopify if "mutation" in one]
        assert len(shopify) <= AN_HOUR_S / 30 * 1.1 + 4 * 2 + 6


def asked(shop: LittleShop, market: str, since: int) -> Sequence[str]:
    return shop.rehearsal.fair.overheard[market].heard[since:]


async def nothing_to_show(shop: Rehearsal, channel: Channel) -> None:
    async with begin(shop.ground.database) as session:
        await rules.set_rule(session, "all", channel, rules.Rule(buffer=1_000_000, cap=None))
        everything = await offers.everything(session)
        await retarget_offers(session, everything, now=shop.ground.clock.now())


async def set_shop_paused(shop: Rehearsal, *, paused: bool) -> None:
    async with begin(shop.ground.database) as session:
        if paused:
            now = shop.ground.clock.now()
            await pauses.pause(session, pauses.EVERYTHING, who="mira", why="a test", now=now)
        else:
            await pauses.resume(session, pauses.EVERYTHING)


async def still_due(shop: Rehearsal, channel: Channel) -> list[int]:
    async with reading(shop.ground.database) as session:
        waiting = await board.dirty_offers(session)
        known = await offers.by_ids(session, waiting)
    return [key for key, one in known.items() if one.ref.channel is channel]
