"""Two offers that may be one piece, and PEG knows neither: it holds nothing, and tells."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.jeweller import Jeweller, open_jeweller

from peg.catalog import proposals
from peg.db.transaction import reading
from peg.domain.identity import OfferRef, Sku
from peg.reads import alerts

RUBY = "Ruby halo ring in rose gold"


@pytest.fixture
async def jeweller(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as jeweller:
        yield jeweller


async def two_rings_without_a_piece(jeweller: Jeweller) -> tuple[OfferRef, OfferRef]:
    """Shopify's and Etsy's, found an hour ago."""
    size_7 = {"Ring size": "7"}
    ours = jeweller.shopify.show("", 1, title=RUBY, options=size_7)
    theirs = jeweller.etsy.show("", 1, title=RUBY, options=size_7)
    await jeweller.imports()
    for later in (jeweller.shopify.later, jeweller.etsy.later, jeweller.clock.pass_):
        later(3600)
    return ours, theirs


async def only_pair(jeweller: Jeweller) -> int:
    async with reading(jeweller.database) as session:
        (pair,) = await proposals.open_proposals(session)
    return pair.id


async def told(jeweller: Jeweller) -> list[str]:
    async with reading(jeweller.database) as session:
        standing = await alerts.standing(session, now=jeweller.clock.now())
    assert {alert.name for alert in standing} <= {"twin_unknown"}
    return [alert.sentence for alert in standing]


async def test_the_one_that_is_on_sale_still_is_told_of(jeweller: Jeweller) -> None:
    _, theirs = await two_rings_without_a_piece(jeweller)
    pair = await only_pair(jeweller)

    jeweller.etsy.sell(theirs)
    await jeweller.reads_orders()

    (sentence,) = await told(jeweller)
    assert sentence.startswith(f"#900 sold '{RUBY} (Ring size 7)'. It may be the same piece")
    assert "take the other off sale on shopify now" in sentence
    assert f"`peg match accept {pair}`" in sentence
    assert ".." not in sentence
    await jeweller.decider.accept(pair, who="ann", sku=Sku("RING-1"))
    await jeweller.importer.take_in_kept(lambda _step, _by: None)
    assert await told(jeweller) == []
    assert (await jeweller.stock()).available == 0


async def test_that_the_other_was_sold_too_is_told_anew(jeweller: Jeweller) -> None:
    ours, theirs = await two_rings_without_a_piece(jeweller)
    jeweller.etsy.sell(theirs)
    await jeweller.reads_orders()

    jeweller.shopify.sell(ours)
    await jeweller.reads_orders()

    (sentence,) = await told(jeweller)
    assert "the other was sold on etsy too, so one piece may be sold twice" in sentence
    assert "take the other off sale" not in sentence
