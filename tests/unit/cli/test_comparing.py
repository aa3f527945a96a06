"""`peg reconcile` and `peg drift`: what differs, why, and what was done about it."""

from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.clocks import MONDAY_NOON
from tests.support.command_line import peg, seed
from tests.support.given import two_practice_shops

from peg.catalog import locations
from peg.domain.identity import Channel, ShopId
from peg.reconciliation import report
from peg.reconciliation.compare import NOT_KEPT, Action, CauseClass, Difference
from peg.reconciliation.tables import reconciliations
from peg.shops import directory
from peg.shops.directory import Status

FACTS = {
    *("id", "shop", "begun_at", "ended_at", "offers", "outcome", "drift_share", "differences"),
    *("link", "signature"),
}
EACH = {"offer", "title", "options", "cause", "action", "evidence"}


def test_programs_get_each_difference_with_its_cause_its_end_and_its_evidence(
    tmp_path: Path,
) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)

        compared = peg(tmp_path, "reconcile", "--json", **environment)

    told = peg(tmp_path, "drift", "--json")
    runs, missed = compared.facts["comparisons"], compared.facts["not_compared"]
    differences = [one for run in runs for one in run["differences"]]
    assert (compared.code, told.code, missed) == (1, 1, [])
    assert told.facts == runs
    assert {run["shop"].partition(":")[0] for run in runs} == {"etsy", "shopify"}
    assert all(set(run) == FACTS for run in runs)
    assert differences
    assert all(set(one) == EACH and one["cause"] and one["action"] for one in differences)
    for run in runs:
        drifted = [one for one in run["differences"] if one["cause"] not in NOT_KEPT]
        assert run["drift_share"] == len(drifted) / run["offers"]


def test_what_is_not_kept_in_step_is_counted_apart_with_what_ends_that(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        peg(tmp_path, "push", **environment)

        compared = peg(tmp_path, "reconcile", COLUMNS="400", **environment)

    assert compared.code == 0
    assert "not_matched" not in compared.out
    assert "Etsy: 0 of 36 offers differ, 4 not kept in step, " in compared.out
    assert "`peg offers --unknown` for what is not kept in step; `peg drift 1` and" in compared.out


def test_one_shop_can_be_compared_alone(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        peg(tmp_path, "reconcile", **environment)

        compared = peg(tmp_path, "reconcile", "shopify", "--json", **environment)

    assert [run["shop"].partition(":")[0] for run in compared.facts["comparisons"]] == ["shopify"]


NOBODY = "http://127.0.0.1:1"


def test_a_shop_that_cannot_be_read_is_named_and_the_next_is_compared(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)

        compared = peg(tmp_path, "reconcile", **{**environment, "PEG_ETSY_URL": NOBODY})
        alone = peg(tmp_path, "reconcile", "etsy", **{**environment, "PEG_ETSY_URL": NOBODY})

    assert compared.code == 1
    assert "Etsy could not be compared now: etsy:61234567 gives no answer" in compared.out
    assert "Shopify: " in compared.out
    assert (alone.code, alone.out) == (5, "")  # there is nothing else to tell
    assert alone.err.startswith("peg: etsy:61234567 gives no answer")
    assert "see whether this machine is on line" in " ".join(alone.err.split())


def test_programs_get_the_shops_that_could_not_be_compared_and_no_empty_list(
    tmp_path: Path,
) -> None:
    with two_practice_shops(tmp_path) as environment:
        down = {**environment, "PEG_ETSY_URL": NOBODY, "PEG_SHOPIFY_URL": NOBODY}
        peg(tmp_path, "import", **environment)

        told = peg(tmp_path, "reconcile", "--json", **down)
        said = peg(tmp_path, "reconcile", **down)

    assert told.code == said.code == 1
    assert told.facts["comparisons"] == []
    missed = {one["shop"].partition(":")[0]: one["why"] for one in told.facts["not_compared"]}
    assert set(missed) == {"etsy", "shopify"}
    assert all("gives no answer" in why for why in missed.values())


async def etsy_is_revoked(session: AsyncSession) -> None:
    for shop in await directory.all_shops(session):
        if shop.channel is Channel.ETSY:
            await directory.mark(session, shop.id, Status.REVOKED, "no access", now=MONDAY_NOON)


def test_a_shop_that_was_lost_is_named_with_what_to_do(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        peg(tmp_path, "reconcile", **environment)
        seed(tmp_path, etsy_is_revoked)

        compared = peg(tmp_path, "reconcile", **environment)

    assert compared.code == 1
    assert "Etsy could not be compared now" in compared.out
    assert "run `peg connect etsy` again" in compared.out


async def one_is_not_counted(session: AsyncSession) -> None:
    """The last comparison found nothing else."""
    found = Difference(cause=CauseClass.NOT_TRACKED, action=Action.REPORT)
    run = await report.begin_run(session, ShopId("etsy:1"), now=MONDAY_NOON)
    await report.record_difference(session, run, offer=None, title="Gift card", found=found)
    await report.end_run(session, run, offers=1, outcome=report.COMPLETE, now=MONDAY_NOON)


def test_what_a_shop_does_not_count_is_counted_and_nothing_is_wrong(tmp_path: Path) -> None:
    seed(tmp_path, one_is_not_counted)

    told = peg(tmp_path, "drift")
    listed = peg(tmp_path, "drift", "1")

    assert (told.code, "Gift card" in told.out) == (0, False)
    assert "1 not kept in step" in told.out
    assert "; `peg drift 1` lists it" in told.out
    assert "Gift card" in listed.out


async def the_chain_follows_two_that_are_not_kept(session: AsyncSession) -> None:
    run = await report.begin_run(session, ShopId("etsy:1"), now=MONDAY_NOON)
    for title, cause in (
        ("Card", CauseClass.NOT_TRACKED),
        ("Ring", CauseClass.NOT_MATCHED),
        ("Chain", CauseClass.GHOST),
    ):
        found = Difference(cause=cause, action=Action.REPORT)
        await report.record_difference(session, run, offer=None, title=title, found=found)
    await report.end_run(session, run, offers=3, outcome=report.COMPLETE, now=MONDAY_NOON)


def test_what_differs_is_buried_under_nothing(tmp_path: Path) -> None:
    seed(tmp_path, the_chain_follows_two_that_are_not_kept)

    told = peg(tmp_path, "drift").out
    listed = peg(tmp_path, "drift", "1").out
    programs = peg(tmp_path, "drift", "--json").facts

    assert "Chain" in told
    assert "Ring" not in told
    assert listed.index("Chain") < listed.index("Card")
    assert len(programs[0]["differences"]) == 3


def test_before_any_comparison_that_is_said(tmp_path: Path) -> None:
    peg(tmp_path, "migrate")

    assert "`peg reconcile` does it now" in peg(tmp_path, "drift").out
    assert peg(tmp_path, "drift", "--json").facts == []


def test_every_comparison_is_kept_and_can_be_checked(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        before = peg(tmp_path, "drift", "--verify")
        peg(tmp_path, "import", **environment)
        peg(tmp_path, "reconcile", **environment)
        peg(tmp_path, "keys", "rotate")
        peg(tmp_path, "reconcile", **environment)

    kept = peg(tmp_path, "drift", "--kept", "--json").facts
    said = peg(tmp_path, "drift", "--verify")
    told = peg(tmp_path, "drift", "--verify", "--json")
    one = peg(tmp_path, "drift", str(kept[-1]["id"]), "--json").facts

    assert "no comparison was signed yet" in before.out
    assert [run["link"] for run in kept] == [4, 3, 2, 1]
    assert (said.code, told.code) == (0, 0)
    assert (told.facts["links"], told.facts["broken"]) == (4, None)
    assert told.facts["signature"] == kept[0]["signature"]
    assert f"signed {kept[0]['signature']}" in " ".join(said.out.split())
    assert one == kept[-1]


def test_the_first_link_that_was_changed_is_named(tmp_path: Path) -> None:
    async def somebody_tampers(session: AsyncSession) -> None:
        await session.execute(update(reconciliations).values(offers=7))

    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        peg(tmp_path, "reconcile", **environment)
    seed(tmp_path, somebody_tampers)

    said = peg(tmp_path, "drift", "--verify")

    assert said.code == 1
    assert "broken at link 1: what it found was changed after it was signed" in said.out


def test_a_comparison_that_is_not_kept_is_missing(tmp_path: Path) -> None:
    told = peg(tmp_path, "drift", "99")

    assert told.code == 3
    assert "no comparison 99 is kept: `peg drift --kept` lists them" in told.err


ETSY, GEMS = ShopId("etsy:1"), ShopId("shopify:gems.myshopify.com")


@pytest.mark.parametrize(
    ("shop", "evidence", "said"),
    [
        (
            ETSY,
            {"shown": {"": 5}, "shelf": "listed", "expected": {"": 5}, "target": {"": 4}},
            "it shows 5, as PEG left it, and should show 4",
        ),
        (
            ETSY,
            {"shown": {"": 3}, "shelf": "listed", "expected": {"": 5}, "target": {"": 5}},
            "it shows 3, where PEG left 5, and should show 5",
        ),
        (
            GEMS,
            {"shown": {"71": 2, "72": 0}, "shelf": "listed", "expected": {}, "target": None},
            "it shows 2 at Atelier and 0 at place 72, where PEG left nothing",
        ),
        (
            ETSY,
            {"shown": {"": 0}, "shelf": "withdrawn", "expected": {"": 1}, "target": {"": 0}},
            "off sale there; it shows 0, where PEG left 1, and should",
        ),
        (
            ETSY,
            {"shown": {"": 1}, "shelf": "listed", "expected": {"": 1}, "target": {"": 1}},
            "it shows 1, as PEG left it, and should",
        ),
        (
            ETSY,
            {"listing": "31", "sku": "", "why": "it has no price"},
            "listing 31; it has no price",
        ),
        (ETSY, {"listing": "31", "sku": "RING-1"}, "listing 31; SKU RING-1"),
    ],
)
def test_what_a_difference_was_seen_from_is_told_in_words_and_kept_for_programs(
    tmp_path: Path, shop: ShopId, evidence: dict[str, object], said: str
) -> None:
    async def one_differs(session: AsyncSession) -> None:
        await locations.link(session, GEMS, "71", name="Atelier")
        found = Difference(cause=CauseClass.MISSING, action=Action.HOLD, evidence=evidence)
        run = await report.begin_run(session, shop, now=MONDAY_NOON)
        await report.record_difference(session, run, offer=None, title="Ruby ring", found=found)
        await report.end_run(session, run, offers=1, outcome=report.COMPLETE, now=MONDAY_NOON)

    seed(tmp_path, one_differs)

    told = peg(tmp_path, "drift", "1").out
    programs = peg(tmp_path, "drift", "1", "--json").facts

    (line,) = [line for line in told.splitlines() if "Ruby ring" in line]
    assert line.endswith(f"  {said}")
    assert programs["differences"][0]["evidence"] == evidence
