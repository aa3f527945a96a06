"""Each comparison is kept and signed behind the one before: what is done to one later shows."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, insert, update
from structlog.testing import capture_logs
from tests.support.bench import ETSY, NOON, SHOPIFY, open_book
from tests.support.shops import key_ring

from peg.alerts import register
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.identity import ShopId
from peg.monitoring.redaction import redact_event
from peg.reconciliation import report, signed
from peg.reconciliation.chain import Broken
from peg.reconciliation.compare import Action, CauseClass, Difference
from peg.reconciliation.reporter import Reporter, log_signed
from peg.reconciliation.signed import Checked
from peg.reconciliation.tables import anchors, differences, reconciliations
from peg.shops.rotation import rotate_keys
from peg.shops.sealing import KeyRing, new_key, parse_keys
from peg.shops.signing import known_key

OFFERS = 150


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_book(tmp_path) as opened:
        yield opened


@pytest.fixture
def ring() -> KeyRing:
    return key_ring()


async def compare(
    database: Database,
    ring: KeyRing,
    *,
    shop: ShopId = SHOPIFY,
    days: float = 0,
    found: int = 1,
    cause: CauseClass = CauseClass.MISSING,
    offers: int = OFFERS,
) -> int:
    """A comparison of so many days after Monday noon, which found so many differences."""
    now = NOON + timedelta(days=days)
    one = Difference(cause=cause, action=Action.HOLD, evidence={"shown": {"A": 1}})
    async with begin(database) as session:
        run = await report.begin_run(session, shop, now=now)
        for _ in range(found):
            await report.record_difference(session, run, offer=None, title="a ring", found=one)
        link = await Reporter(ring, alert_share=0.01).close(
            session, run, shop, offers=offers, outcome=report.COMPLETE, now=now
        )
    log_signed(shop, run, link)
    return run


async def check(database: Database, ring: KeyRing) -> Checked:
    async with reading(database) as session:
        key = await known_key(session, ring, signed.KEY)
        assert key is not None
        return await signed.check(session, key)


async def forget(database: Database, *, days: float) -> int:
    async with begin(database) as session:
        return await report.forget_runs(session, NOON + timedelta(days=days), 500)


async def test_all_comparisons_of_all_shops_stand_in_one_chain(
    database: Database, ring: KeyRing
) -> None:
    for day, shop in enumerate((SHOPIFY, ETSY, SHOPIFY)):
        await compare(database, ring, shop=shop, days=day)

    checked = await check(database, ring)

    assert (checked.links, checked.broken, checked.since) == (3, None, NOON)
    assert checked.last is not None
    assert checked.last.link == 3


TAMPERING: dict[str, Callable[[], Executable]] = {
    "a cause": lambda: update(differences).where(differences.c.run == 2).values(cause="in_flight"),
    "evidence": lambda: update(differences).where(differences.c.run == 2).values(evidence={}),
    "a difference": lambda: delete(differences).where(differences.c.run == 2),
    "one more": lambda: insert(differences).values(
        run=2, title="x", cause="ghost", action="push", evidence={}
    ),
    "how many offers": lambda: (
        update(reconciliations).where(reconciliations.c.id == 2).values(offers=999)
    ),
    "when": lambda: update(reconciliations).where(reconciliations.c.id == 2).values(ended_at=NOON),
    "the shop": lambda: update(reconciliations).where(reconciliations.c.id == 2).values(shop=ETSY),
    "its signature": lambda: (
        update(reconciliations).where(reconciliations.c.id == 2).values(signature="0" * 64)
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
async def test_what_is_done_to_a_comparison_is_named_with_its_link(
    database: Database, ring: KeyRing, what: str
) -> None:
    for day in range(3):
        await compare(database, ring, days=day)

    async with begin(database) as session:
        await session.execute(TAMPERING[what]())

    broken = (await check(database, ring)).broken
    assert broken is not None
    assert broken.link == 2


async def test_a_comparison_that_was_taken_away_is_named(database: Database, ring: KeyRing) -> None:
    for day in range(3):
        await compare(database, ring, days=day, found=0)

    async with begin(database) as session:
        await session.execute(delete(reconciliations).where(reconciliations.c.id == 2))

    assert (await check(database, ring)).broken == Broken(2, "it is missing")


async def test_a_comparison_that_was_put_in_without_a_signature_is_named(
    database: Database, ring: KeyRing
) -> None:
    await compare(database, ring)
    async with begin(database) as session:
        run = await report.begin_run(session, SHOPIFY, now=NOON)
        await report.end_run(session, run, offers=1, outcome=report.COMPLETE, now=NOON)

    broken = (await check(database, ring)).broken

    assert broken is not None
    assert f"comparison {run} ended without a signature" in broken.sentence


async def test_one_that_was_broken_off_is_no_link(database: Database, ring: KeyRing) -> None:
    await compare(database, ring)
    async with begin(database) as session:
        await report.begin_run(session, SHOPIFY, now=NOON)
    await compare(database, ring, days=1)

    checked = await check(database, ring)

    assert (checked.links, checked.broken) == (2, None)


async def test_the_log_has_every_signature_so_that_none_can_be_cut_off_unseen(
    database: Database, ring: KeyRing
) -> None:
    with capture_logs() as events:
        await compare(database, ring)

    (event,) = [one for one in events if one["event"] == "comparison.signed"]
    last = (await check(database, ring)).last
    assert last is not None
    assert last.signature in redact_event(None, "info", dict(event)).values()


async def test_what_is_forgotten_by_its_age_breaks_nothing(
    database: Database, ring: KeyRing
) -> None:
    await compare(database, ring, shop=ETSY)  # the only one of a shop that went away: it stays
    for day in range(1, 6):
        await compare(database, ring, days=day)

    forgotten = [await forget(database, days=2.5), await forget(database, days=4.5)]
    checked = await check(database, ring)

    assert forgotten == [2, 2]
    assert (checked.links, checked.broken) == (2, None)
    assert checked.last is not None
    assert checked.last.link == 6


@pytest.mark.parametrize("what", ["the next", "where it begins"])
async def test_what_is_taken_away_after_some_were_forgotten_is_named(
    database: Database, ring: KeyRing, what: str
) -> None:
    for day in range(6):
        await compare(database, ring, days=day, found=0)
    await forget(database, days=2.5)

    async with begin(database) as session:
        if what == "the next":
            await session.execute(delete(reconciliations).where(reconciliations.c.link == 4))
        else:
            await session.execute(update(anchors).values(digest="f" * 64))

    assert (await check(database, ring)).broken is not None


async def test_the_chain_outlives_the_key_that_sealed_its_own(database: Database) -> None:
    old = new_key()
    await compare(database, parse_keys(old))
    new = new_key()
    async with begin(database) as session:
        await rotate_keys(session, parse_keys(f"{new}\n{old}"))
    only_the_new = parse_keys(new)
    await compare(database, only_the_new, days=1)

    checked = await check(database, only_the_new)

    assert (checked.links, checked.broken) == (2, None)


async def test_a_lost_master_key_stops_no_comparison(database: Database, ring: KeyRing) -> None:
    await compare(database, key_ring())

    run = await compare(database, ring, days=1)

    broken = (await check(database, ring)).broken
    assert run == 2
    assert broken is not None
    assert broken.link == 1


@pytest.mark.parametrize(
    ("found", "cause", "alerts"),
    [
        (2, CauseClass.MISSING, ["drift"]),
        (2, CauseClass.NOT_SHOWN, ["drift"]),
        (1, CauseClass.MISSING, []),
        (9, CauseClass.IN_FLIGHT, []),
        (9, CauseClass.PAUSED, []),
        (9, CauseClass.NOT_MATCHED, []),
    ],
)
async def test_more_than_one_percent_in_drift_is_an_alert(
    database: Database, ring: KeyRing, found: int, cause: CauseClass, alerts: list[str]
) -> None:
    await compare(database, ring, found=found, cause=cause)

    async with reading(database) as session:
        standing = await register.standing(session)
    assert [one.name for one in standing] == alerts
    assert all("2 of 150 offers" in one.sentence and "1.3%" in one.sentence for one in standing)


async def test_a_shop_of_which_nothing_could_be_read_is_in_drift(
    database: Database, ring: KeyRing
) -> None:
    await compare(database, ring, found=3, cause=CauseClass.UNREADABLE, offers=0)

    async with reading(database) as session:
        (alert,) = await register.standing(session)
    assert "3 of 3 offers" in alert.sentence


async def test_the_alert_is_over_when_the_shop_is_in_step_again(
    database: Database, ring: KeyRing
) -> None:
    await compare(database, ring, found=5)
    await compare(database, ring, shop=ETSY, found=5)

    await compare(database, ring, found=0, days=1)

    async with reading(database) as session:
        assert [one.subject for one in await register.standing(session)] == [ETSY]
