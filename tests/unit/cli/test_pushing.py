"""`peg push`: what was driven of what was asked for, and what stands in its way."""

from pathlib import Path

from tests.support.command_line import peg
from tests.support.given import two_practice_shops


def test_a_push_of_one_piece_counts_its_own_offers_and_says_what_is_paused(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        peg(tmp_path, "pause", "etsy", "--why", "stocktaking")
        all_behind = peg(tmp_path, "push", "--json", **environment).facts["behind"]
        mine = [
            one["parts"][0]["sku"]
            for one in peg(tmp_path, "offers", "--json").facts
            if one["shop"].startswith("etsy") and one["parts"]
        ]

        told = peg(tmp_path, "push", mine[0], "--json", **environment)
        said = peg(tmp_path, "push", mine[0], **environment).out
        peg(tmp_path, "resume", "etsy")
        after = peg(tmp_path, "push", mine[0], **environment)

    assert all_behind > 1
    assert (told.code, told.facts["behind"], told.facts["paused"]) == (1, 1, ["etsy"])
    assert "1 waits" in said
    assert "etsy is paused (stocktaking): `peg resume etsy` writes again" in " ".join(said.split())
    assert (after.code, "waits" in after.out, "paused" in after.out) == (0, False, False)


def test_a_pause_of_another_shop_is_no_news_for_a_piece_that_is_not_sold_there(
    tmp_path: Path,
) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        offers = peg(tmp_path, "offers", "--json").facts
        on_etsy = {part["sku"] for one in offers for part in one["parts"] if "etsy" in one["shop"]}
        alone = next(
            part["sku"] for one in offers for part in one["parts"] if part["sku"] not in on_etsy
        )
        peg(tmp_path, "pause", "etsy")

        told = peg(tmp_path, "push", alone, "--json", **environment)

    assert (told.code, told.facts["behind"], told.facts["paused"]) == (0, 0, [])
