"""A variation of an Etsy listing that is renamed stays the piece that it was."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.little_catalogue import GOLD, SHELF, SILVER
from tests.support.little_shop import DEAF, NO_POLLS, LittleShop, open_little_shop

pytestmark = pytest.mark.virtual_time

ETSY_IS_SILENT = {"etsy.webhook_lost": 1.0}
COMPARES_ONLY = {"PEG_RECONCILE_S": "10", "PEG_GLANCE_S": "36000"}
UNSEEN = {"PEG_GLANCE_S": "36000"}
SILVERS = SHELF[SILVER]


def is_renamed(shop: LittleShop, name: str = "Yellow gold") -> None:
    """The jeweller types another name for the gold band on Etsy; its SKU stays."""
    shop.rehearsal.etsy.market.rename_variation(shop.units["etsy", GOLD], name)


async def goes_by(shop: LittleShop, name: str) -> None:
    """PEG comes to know the gold band under this name on Etsy."""
    await shop.until(lambda: "variation_renamed" in shop.alerts)
    assert (await shop.offer("etsy", GOLD)).options == {"Metal": name}


@pytest.mark.parametrize("rates", [{}, DEAF], ids=["webhooks", "no webhook"])
async def test_what_is_sold_after_a_variation_was_renamed_is_taken_off_it(
    tmp_path: Path, rates: Mapping[str, float]
) -> None:
    async with open_little_shop(tmp_path, rates=rates) as shop:
        is_renamed(shop)
        await goes_by(shop, "Yellow gold")

        shop.buys("shopify", GOLD, SHELF[GOLD])

        await shop.ends_at(GOLD, 0)
        assert shop.on("etsy", SILVER) == SILVERS
        assert shop.alerts.count("listing_gone") == 0
        assert shop.sold_twice() == 0


async def test_a_variation_that_is_renamed_as_its_piece_is_sold_is_taken_off_by_the_same_write(
    tmp_path: Path,
) -> None:
    """Nobody looks at Etsy but who lowers what was sold."""
    async with open_little_shop(tmp_path, rates=ETSY_IS_SILENT, environment=NO_POLLS) as shop:
        is_renamed(shop)
        shop.buys("shopify", GOLD, SHELF[GOLD])

        await shop.ends_at(GOLD, 0)

        await goes_by(shop, "Yellow gold")
        assert shop.on("etsy", SILVER) == SILVERS


@pytest.mark.parametrize("rates", [{}, DEAF], ids=["webhooks", "no webhook"])
async def test_names_that_shift_take_their_pieces_with_them(
    tmp_path: Path, rates: Mapping[str, float]
) -> None:
    """What was called Silver is Platinum now, and what was called Gold is Silver."""
    async with open_little_shop(tmp_path, rates=rates) as shop:
        shop.rehearsal.etsy.market.rename_variation(shop.units["etsy", SILVER], "Platinum")
        is_renamed(shop, "Silver")
        await goes_by(shop, "Silver")
        assert (await shop.offer("etsy", SILVER)).options == {"Metal": "Platinum"}

        shop.buys("shopify", GOLD, SHELF[GOLD])

        await shop.ends_at(GOLD, 0)
        assert shop.on("etsy", SILVER) == SILVERS
        shop.buys("etsy", SILVER)
        await shop.ends_at(SILVER, SILVERS - 1)
        assert shop.sold_twice() == 0


async def test_what_is_sold_by_a_name_that_was_another_s_is_taken_off_the_right_piece(
    tmp_path: Path,
) -> None:
    """Sold before PEG has seen that the names shifted: the receipt calls it Silver."""
    async with open_little_shop(
        tmp_path, rates=DEAF, environment={"PEG_GLANCE_S": "36000"}
    ) as shop:
        shop.rehearsal.etsy.market.rename_variation(shop.units["etsy", SILVER], "Platinum")
        is_renamed(shop, "Silver")
        shop.buys("etsy", GOLD, SHELF[GOLD])

        await shop.ends_at(GOLD, 0)

        await goes_by(shop, "Silver")
        await shop.ends_at(SILVER, SILVERS)
        assert await shop.questions() == []
        assert shop.sold_twice() == 0


async def test_a_comparison_finds_the_renamed_variation(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=COMPARES_ONLY) as shop:
        is_renamed(shop)
        await goes_by(shop, "Yellow gold")

        shop.buys("shopify", GOLD, SHELF[GOLD])

        await shop.ends_at(GOLD, 0)


async def test_a_comparison_finds_two_that_swapped_their_names(tmp_path: Path) -> None:
    """No name is new then; only their SKUs tell."""
    async with open_little_shop(tmp_path, rates=DEAF, environment=COMPARES_ONLY) as shop:
        is_renamed(shop, "Neither")
        shop.rehearsal.etsy.market.rename_variation(shop.units["etsy", SILVER], "Gold")
        is_renamed(shop, "Silver")
        await goes_by(shop, "Silver")

        shop.buys("shopify", GOLD, SHELF[GOLD])

        await shop.ends_at(GOLD, 0)
        assert shop.on("etsy", SILVER) == SILVERS


async def test_what_the_renamed_variation_sells_is_taken_off_the_other_shop(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path) as shop:
        is_renamed(shop)
        shop.buys("etsy", GOLD)
        await shop.ends_at(GOLD, SHELF[GOLD] - 1)
        await goes_by(shop, "Yellow gold")

        shop.buys("etsy", GOLD)

        await shop.ends_at(GOLD, SHELF[GOLD] - 2)
        assert await shop.questions() == []


async def test_a_variation_that_is_renamed_back_is_the_same_again(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        is_renamed(shop)
        await goes_by(shop, "Yellow gold")
        is_renamed(shop, "Gold")
        await shop.until(lambda: shop.alerts.count("variation_renamed") > 1)

        shop.buys("shopify", GOLD, SHELF[GOLD])

        await shop.ends_at(GOLD, 0)
        assert (await shop.offer("etsy", GOLD)).options == {"Metal": "Gold"}


async def test_a_renamed_variation_with_another_sku_is_told_of_and_left_alone(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, environment={"PEG_RECONCILE_S": "10"}) as shop:
        etsy = shop.rehearsal.etsy.market
        etsy.retype_sku(shop.units["etsy", GOLD], "Band-Gold")
        is_renamed(shop)

        await shop.until(lambda: {"listing_gone", "listing_unknown"} <= set(shop.alerts))

        assert "variation_renamed" not in shop.alerts
        assert shop.on("etsy", GOLD) == SHELF[GOLD]


@pytest.mark.parametrize("shifts", [False, True], ids=["one", "two whose names shift"])
async def test_an_import_follows_what_was_renamed_before_it(
    tmp_path: Path, *, shifts: bool
) -> None:
    """Nobody has looked in between."""
    async with open_little_shop(tmp_path, rates=DEAF, environment=UNSEEN) as shop:
        if shifts:
            shop.rehearsal.etsy.market.rename_variation(shop.units["etsy", SILVER], "Platinum")
        is_renamed(shop, "Silver" if shifts else "Yellow gold")
        await shop.imports()
        assert "variation_renamed" in shop.alerts

        shop.buys("shopify", GOLD, SHELF[GOLD])

        await shop.ends_at(GOLD, 0)
        assert shop.on("etsy", SILVER) == SILVERS


async def test_an_import_leaves_a_sku_that_was_typed_twice_to_the_one_that_had_it(
    tmp_path: Path,
) -> None:
    """What is sold by the other's name is asked about after it as before."""
    async with open_little_shop(tmp_path, rates=DEAF, environment=UNSEEN) as shop:
        shop.rehearsal.etsy.market.retype_sku(shop.units["etsy", SILVER], GOLD)
        await shop.imports()

        shop.buys("etsy", SILVER)

        await shop.is_asked("which_piece")
        await shop.ends_at(GOLD, SHELF[GOLD] - 1)
        assert max(shop.shows(SILVER)) < SILVERS
