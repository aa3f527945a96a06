"""Many offers that vanish at once: nothing is concluded, and a person is asked, once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.jeweller import Jeweller, open_jeweller
from tests.support.shops import reporter

from peg.bus import outbox
from peg.bus.signals import Signals
from peg.catalog import offers
from peg.db.transaction import begin, reading
from peg.domain.identity import OfferRef, ShopId
from peg.domain.messages import Alert
from peg.intake.checker import Checker
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.marketplaces.port import Marketplace
from peg.onboarding import answers
from peg.reconciliation import report
from peg.reconciliation.run import Reconciler

PIECES = 20


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as here:
        yield here


async def shelf(here: Jeweller) -> list[OfferRef]:
    refs = [here.shopify.show(f"RING-{number}", 1) for number in range(PIECES)]
    await here.imports()
    return refs


def parts(here: Jeweller) -> tuple[Reconciler, Checker]:
    shops: dict[ShopId, Marketplace] = {here.shopify.shop: here.shopify}
    patience = Patience()
    polls = Polls(here.database, here.clock, shops, patience)
    lookout = Lookout(here.database, here.clock, shops, patience, polls=polls)
    signals = Signals(here.database, here.clock)
    return (
        Reconciler(
            here.database,
            here.clock,
            shops,
            polls=polls,
            lookout=lookout,
            patience=patience,
            reporter=reporter(),
        ),
        Checker(
            here.database, here.clock, signals, polls=polls, lookout=lookout, patience=patience
        ),
    )


async def gone_count(here: Jeweller) -> int:
    async with reading(here.database) as session:
        return sum(offer.gone for offer in await offers.everything(session))


async def alarms(here: Jeweller) -> list[str]:
    async with reading(here.database) as session:
        return [alert.name for _, alert in await outbox.recent(session, Alert)]


async def test_a_page_that_forgets_most_of_the_shop_is_asked_about_and_not_believed(
    here: Jeweller,
) -> None:
    refs = await shelf(here)
    here.shopify.hide(*refs[:15])
    reconciler, _ = parts(here)

    await reconciler.reconcile(here.shopify.shop)
    await reconciler.reconcile(here.shopify.shop)

    (question,) = await here.questions()
    assert "5 of 20 offers" in question.sentence
    assert (await gone_count(here), await alarms(here)) == (0, ["offers_vanished"])
    assert (await here.stock("RING-0")).available == 1


async def test_the_question_closes_when_they_are_there_again(here: Jeweller) -> None:
    refs = await shelf(here)
    here.shopify.hide(*refs[:15])
    reconciler, _ = parts(here)
    await reconciler.reconcile(here.shopify.shop)

    here.shopify.hidden.clear()
    await reconciler.reconcile(here.shopify.shop)

    assert await here.questions() == []


@pytest.mark.parametrize("truly", [True, False], ids=["deleted", "still there"])
async def test_after_a_yes_each_is_read_and_what_that_shows_is_believed(
    here: Jeweller, *, truly: bool
) -> None:
    refs = await shelf(here)
    (here.shopify.delete if truly else here.shopify.hide)(*refs[:15])
    reconciler, checker = parts(here)
    await reconciler.reconcile(here.shopify.shop)
    (question,) = await here.questions()

    async with begin(here.database) as session:
        now = here.clock.now()
        await answers.answer(session, question.id, "deleted", who="mira", now=now)
    await checker.check_once()

    assert await gone_count(here) == (15 if truly else 0)


async def test_an_offer_that_cannot_be_read_is_reported_and_has_not_vanished(
    here: Jeweller,
) -> None:
    refs = await shelf(here)
    here.shopify.garbled.add(refs[0])
    reconciler, _ = parts(here)

    found = await reconciler.reconcile(here.shopify.shop)

    assert found == {"unreadable": 1}
    assert (await gone_count(here), here.shopify.reads) == (0, 0)
    async with reading(here.database) as session:
        (run,) = await report.latest(session)
    assert run["outcome"] == "complete"
    assert "lacks one of its figures" in run["differences"][0]["evidence"]["why"]
