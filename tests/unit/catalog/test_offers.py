from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    NECKLACE,
    NOON,
    RING,
    SHOPIFY,
    Bench,
    etsy_ref,
    open_bench,
    reading_of,
    shopify_ref,
)

from peg.catalog import findings, items, locations, offers
from peg.catalog.items import Item
from peg.domain.errors import BadQuantity, UnknownSku
from peg.domain.identity import OfferRef, Sku
from peg.domain.money import Money
from peg.domain.offer import RemoteOffer
from peg.ledger.line_meaning import Component


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 1)
        await bench.stock(NECKLACE, 1)
        yield bench


def found(ref: OfferRef, title: str = "A ring") -> RemoteOffer:
    return RemoteOffer(
        ref=ref,
        reading=reading_of(ref, {"": 1}),
        title=title,
        sku=RING,
        options={"Ring size": "7"},
        price=Money(18_000, "USD"),
    )


async def test_what_is_found_again_takes_the_marketplaces_words_and_keeps_ours(
    bench: Bench,
) -> None:
    first = await findings.keep(bench.session, [found(etsy_ref())], now=NOON)
    (key,) = first.values()
    await offers.map_to(bench.session, {key: [Component(sku=RING)]})
    await offers.park(bench.session, key)
    await offers.mark_gone(bench.session, key)

    renamed = [found(etsy_ref(), "A finer ring"), found(etsy_ref("23"))]
    again = await findings.keep(bench.session, renamed, now=NOON)

    offer = (await offers.by_ids(bench.session, [key]))[key]
    assert again[etsy_ref()] == key
    assert (offer.title, offer.parked, offer.gone) == ("A finer ring", True, False)
    assert offer.components == (Component(sku=RING),)
    assert len(again) == 2


async def test_an_offer_answers_to_the_name_it_was_asked_by(bench: Bench) -> None:
    await bench.offer(shopify_ref(stock_unit="1111"), RING)
    nameless = replace(shopify_ref(), stock_unit="")

    known = await offers.by_refs(bench.session, [nameless, shopify_ref(), etsy_ref("9")])

    assert known.keys() == {nameless, shopify_ref()}
    assert known[nameless].ref.stock_unit == "1111"


async def test_a_mapping_replaces_the_one_before(bench: Bench) -> None:
    offer = await bench.offer(etsy_ref(), RING)

    parts = [Component(sku=RING), Component(sku=NECKLACE, quantity=2)]
    await offers.map_to(bench.session, {offer.id: parts})
    of_necklace = await offers.of_skus(bench.session, [NECKLACE])
    await offers.map_to(bench.session, {offer.id: []})

    assert [one.components for one in of_necklace] == [
        (Component(sku=NECKLACE, quantity=2), Component(sku=RING))
    ]
    assert await offers.of_skus(bench.session, [RING, NECKLACE]) == []


async def test_offers_are_found_by_listing_stock_unit_shop_and_typed_sku(bench: Bench) -> None:
    here = await bench.offer(shopify_ref("11", "111", "7"), RING)
    await bench.offer(shopify_ref("12", "121", "8"), RING)
    await bench.offer(etsy_ref(), RING)

    by_listing = await offers.of_listing(bench.session, SHOPIFY, "11")
    by_unit = await offers.of_stock_unit(bench.session, SHOPIFY, "7")
    of_shop = await offers.all_of_shop(bench.session, SHOPIFY)
    typed = await offers.typed(bench.session, ETSY, RING)

    assert by_listing == by_unit == [here]
    assert len(of_shop) == 2
    assert [one.ref for one in typed] == [etsy_ref()]


async def test_more_offers_than_one_statement_holds_are_found(bench: Bench) -> None:
    many = [found(etsy_ref(str(number))) for number in range(1000, 1700)]

    ids = await findings.keep(bench.session, many, now=NOON)

    assert len(ids) == 700
    assert len(await offers.by_ids(bench.session, list(ids.values()))) == 700


async def test_an_item_that_exists_keeps_what_it_has(bench: Bench) -> None:
    renamed = Item(sku=RING, name="another name", one_of_a_kind=False)

    await items.open_all(bench.session, [renamed], now=NOON)
    await items.set_low_stock(bench.session, RING, 2)

    kept = await items.by_sku(bench.session, RING)
    assert kept is not None
    assert (kept.name, kept.one_of_a_kind, kept.low_stock_at) == (RING.title(), True, 2)


async def test_a_threshold_is_of_a_known_item_and_not_below_zero(bench: Bench) -> None:
    with pytest.raises(BadQuantity):
        await items.set_low_stock(bench.session, RING, -1)
    with pytest.raises(UnknownSku):
        await items.set_low_stock(bench.session, Sku("RING-9"), 1)


async def test_a_kinds_threshold_counts_for_its_items_without_their_own(bench: Bench) -> None:
    new = [Item(sku=Sku(sku), name=sku, one_of_a_kind=False, kind="RING") for sku in ("A", "B")]
    await items.open_all(bench.session, new, now=NOON)
    await items.set_low_stock_of_kind(bench.session, "RING", 1)
    await items.set_low_stock_of_kind(bench.session, "RING", 3)
    await items.set_low_stock(bench.session, Sku("B"), 0)

    known = await items.by_skus(bench.session, [Sku("A"), Sku("B"), NECKLACE])
    await items.set_low_stock_of_kind(bench.session, "RING", None)
    after = await items.everything(bench.session)

    assert [known[sku].low_stock_at for sku in (Sku("A"), Sku("B"), NECKLACE)] == [3, 0, None]
    assert [item.low_stock_at for item in after] == [None, 0, None, None]


async def test_two_places_of_one_name_stay_two_places(bench: Bench) -> None:
    first = await locations.link(bench.session, SHOPIFY, "71", name="Atelier Zürich")
    second = await locations.link(bench.session, SHOPIFY, "72", name="Atelier Zürich")
    again = await locations.link(bench.session, SHOPIFY, "71", name="renamed")

    assert first != second
    assert again == first
    assert await locations.of_shop(bench.session, SHOPIFY) == {"71": first, "72": second}
    assert await locations.of_shop(bench.session, ETSY) == {}
