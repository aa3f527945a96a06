"""A comparison finds very many offers changed: it makes nothing of any of them, and asks once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.jeweller import Jeweller, open_jeweller
from tests.support.shop_window import PLACE
from tests.support.shops import reporter

from peg.db.transaction import reading
from peg.domain.identity import OfferRef, ShopId
from peg.domain.offer import Parts
from peg.intake.looking import Lookout
from peg.intake.many import Many
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.marketplaces.port import Marketplace
from peg.reads import doubts
from peg.reconciliation.run import Reconciler

PIECES = 30
LIMITLESS = Many(offers_min=10_000)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as here:
        yield here


def empties(here: Jeweller, refs: list[OfferRef]) -> None:
    """A tool sets them all to nothing, on Shopify."""
    for ref in refs:
        remote = here.shopify.offers[ref]
        empty = replace(remote.reading, parts={PLACE: Parts(available=0)})
        here.shopify.offers[ref] = replace(remote, reading=empty)


async def compares(here: Jeweller, many: Many) -> list[tuple[str, str]]:
    """Compare Shopify with the book: the cause and action of each difference."""
    shops: dict[ShopId, Marketplace] = {here.shopify.shop: here.shopify}
    patience = Patience(many=many)
    ground = (here.database, here.clock, shops)
    polls = Polls(*ground, patience)
    await Reconciler(
        *ground,
        polls=polls,
        lookout=Lookout(*ground, patience, polls=polls),
        patience=patience,
        reporter=reporter(),
    ).reconcile(here.shopify.shop)
    async with reading(here.database) as session:
        (run,) = await doubts.drift(session)
    return [(one.cause, one.action) for one in run.differences]


async def test_most_of_it_is_asked_about_and_the_pieces_stay_on_sale_elsewhere(
    here: Jeweller,
) -> None:
    refs = [here.shopify.show(f"RING-{number}", 1) for number in range(PIECES)]
    other = [here.etsy.show(f"RING-{number}", 1) for number in range(PIECES)]
    await here.imports()

    empties(here, refs)
    found = await compares(here, Many())

    (asked,) = await here.questions()
    assert asked.kind == "many_changed"
    assert set(found) == {("missing", "ask")}
    async with reading(here.database) as session:
        (run,) = await doubts.drift(session)
    assert run.outcome == "complete; very many were changed at once: a person is asked"
    await here.retarget("RING-0")
    assert await here.should_show(other[0]) == 1


async def test_without_the_brake_every_piece_leaves_the_other_shop(here: Jeweller) -> None:
    refs = [here.shopify.show(f"RING-{number}", 1) for number in range(PIECES)]
    other = [here.etsy.show(f"RING-{number}", 1) for number in range(PIECES)]
    await here.imports()

    empties(here, refs)
    found = await compares(here, LIMITLESS)

    await here.retarget("RING-0")
    assert set(found) == {("missing", "hold")}
    assert await here.should_show(other[0]) == 0
