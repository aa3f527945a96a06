"""`peg push`: what was driven of what was asked for, and what stands in its way."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.clocks import MONDAY_NOON
from tests.support.command_line import peg, seed
from tests.support.given import two_practice_shops
from tests.support.running import running

from peg.domain.identity import Channel
from peg.settings.environment import load_settings
from peg.shops import directory
from peg.shops.directory import Status
from peg.wiring.alone import alone


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


def test_an_offer_that_peg_does_not_keep_is_not_called_in_step(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        offers = peg(tmp_path, "offers", "--json").facts
        kept = sum(bool(one["parts"]) for one in offers)

        told = peg(tmp_path, "push", "--json", **environment)
        said = peg(tmp_path, "push", **environment).out

    foreign = len(offers) - kept
    assert foreign > 1
    assert (told.code, told.facts["offers"], told.facts["not_kept"]) == (0, kept, foreign)
    assert f"{kept} of {kept} offers in step" in said
    assert f"{foreign} are not kept in step: `peg offers --unknown` says why" in said
    assert {one["in_step"] for one in offers if not one["parts"]} == {None}


def test_a_push_tells_what_it_changed_and_what_showed_its_target_before(tmp_path: Path) -> None:
    """Etsy takes a listing as a whole: its other variants are written, and not changed."""
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        peg(tmp_path, "push", **environment)
        offers = peg(tmp_path, "offers", "--json").facts
        variants = Counter(one["listing"] for one in offers if one["shop"].startswith("etsy"))
        many = [one for one in offers if variants[one["listing"]] > 1 and one["parts"]]
        sku = next(one["parts"][0]["sku"] for one in many if sum(one["shown"].values()) > 1)
        selling = [one for one in offers if any(part["sku"] == sku for part in one["parts"])]
        peg(tmp_path, "sell", sku)

        first = peg(tmp_path, "push", "--json", **environment).facts
        second = peg(tmp_path, "push", **environment).out

    assert first["written"] == len(selling)
    assert first["written"] + first["already"] == first["offers"]
    assert f"in step: 0 written now, {first['offers']} showed what they should already" in second


def test_what_showed_its_target_before_a_pause_does_not_wait_for_its_end(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        peg(tmp_path, "push", **environment)
        peg(tmp_path, "pause", "etsy")

        told = peg(tmp_path, "push", "--json", **environment)

    assert (told.code, told.facts["behind"], told.facts["paused"]) == (0, 0, ["etsy"])


def test_a_push_names_each_offer_that_could_not_be_written_and_why(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        peg(tmp_path, "push", **environment)
        etsy = {one["id"]: one for one in peg(tmp_path, "offers", "--shop=etsy", "--json").facts}
        sold = next(one for one in etsy.values() if sum(one["shown"].values()) > 1 and one["parts"])
        peg(tmp_path, "sell", sold["parts"][0]["sku"])
        nobody = {**environment, "PEG_ETSY_URL": "http://127.0.0.1:1"}

        told = peg(tmp_path, "push", "--json", **nobody)
        said = peg(tmp_path, "push", **nobody).out

    (failed,) = told.facts["failed"]
    assert (told.code, told.facts["behind"], failed["offer"]) == (1, 1, sold["id"])
    assert failed["shop"] in failed["why"]
    assert "not written because" in said
    assert "1 was not written, as above: `peg run` or `peg push` tries again" in said


def test_beside_a_running_peg_a_push_waits_for_what_it_writes(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        with running(tmp_path, environment):
            said = peg(tmp_path, "push", **environment)
            told = peg(tmp_path, "push", "--json", **environment)

    kept = told.facts["offers"]
    assert (said.code, told.code) == (0, 0)
    assert f"{kept} of {kept} offers in step, by the `peg run` that is at work: " in said.out
    assert (told.facts["already"], told.facts["behind"]) == (kept, 0)


def test_a_push_that_need_not_wait_says_that_a_running_peg_does_the_driving(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        with alone(load_settings({"PEG_HOME": str(tmp_path)})):
            told = peg(tmp_path, "push", "--wait-s=0", "--json", **environment)
            said = peg(tmp_path, "push", "--wait-s=0", **environment)
            peg(tmp_path, "pause", "etsy")
            of_a_paused_shop = peg(tmp_path, "push", "--wait-s=0", **environment)

    assert told.facts["under_way"] == told.facts["behind"] > 0
    assert (told.code, said.code) == (0, 0)
    assert "on their way: `peg run` drives them" in said.out
    assert "wait" not in said.out
    assert of_a_paused_shop.code == 1
    assert "wait; etsy is paused" in of_a_paused_shop.out


def test_a_push_names_the_lost_access_that_its_offers_wait_for(tmp_path: Path) -> None:
    async def etsy_is_lost(session: AsyncSession) -> None:
        for shop in await directory.all_shops(session):
            if shop.channel is Channel.ETSY:
                lost = Status.REVOKED
                await directory.mark(session, shop.id, lost, "no access", now=MONDAY_NOON)

    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        in_step = peg(tmp_path, "push", **environment)
        seed(tmp_path, etsy_is_lost)

        told = peg(tmp_path, "push", **environment)

    assert (in_step.code, told.code) == (0, 1)
    assert "showed them last, since it cannot be read" in told.out
    assert "is not connected any more (no access): run `peg connect etsy` again" in told.out


def test_no_blank_line_stands_before_what_was_found_when_nobody_watches_the_bars(
    tmp_path: Path,
) -> None:
    with two_practice_shops(tmp_path) as environment:
        ran = peg(tmp_path, "import", "--dry-run", **environment)

    assert ran.err == ""


def test_what_is_logged_meanwhile_is_in_the_file_and_not_in_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        sold = next(one for one in peg(tmp_path, "offers", "--json").facts if "etsy" in one["shop"])
        peg(tmp_path, "sell", sold["parts"][0]["sku"])
        capsys.readouterr()

        ran = peg(tmp_path, "push", **{**environment, "PEG_ETSY_URL": "http://127.0.0.1:1"})

    assert (ran.code, "not written, as above" in ran.out) == (1, True)
    assert (ran.err, *capsys.readouterr()) == ("", "", "")
    assert '"push.failed"' in (tmp_path / "peg.log").read_text()
