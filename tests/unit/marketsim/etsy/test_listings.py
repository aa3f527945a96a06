import pytest
from tests.support.practice_etsy import API, SHOP, Fixture, good, let_in, open_etsy

from marketsim.market import OfferChanged


@pytest.fixture
async def shop() -> Fixture:
    return await let_in(open_etsy())


async def test_the_shop_s_listings_are_read_by_state_with_inventory(shop: Fixture) -> None:
    shop.etsy.market.buy(shop.unit_of("RING-1"))

    active = await shop.get(f"{SHOP}/listings", includes="Inventory,Images")
    sold_out = await shop.get(f"{SHOP}/listings", state="sold_out")

    assert (active["count"], sold_out["count"]) == (2, 1)
    stocked = next(it for it in active["results"] if it["title"] == "Stocked Ring")
    assert [p["sku"] for p in stocked["inventory"]["products"]] == ["RING-2-A", "RING-2-B"]
    assert stocked["price"] == {"amount": 9900, "divisor": 100, "currency_code": "USD"}
    assert stocked["quantity"] == 4
    assert len(stocked["images"]) == 1


async def test_inventory_can_be_included_only_by_shop(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")

    one = await shop.client.get(f"{API}/listings/{listing}", params={"includes": "Inventory"})
    batch = await shop.client.get(
        f"{API}/listings/batch", params={"listing_ids": listing, "includes": "Inventory"}
    )

    assert (one.status_code, batch.status_code) == (400, 400)


async def test_skus_come_back_blank_now_and_then(shop: Fixture) -> None:
    async def skus() -> set[str]:
        page = await shop.get(f"{SHOP}/listings", includes="Inventory")
        return {p["sku"] for it in page["results"] for p in it["inventory"]["products"]}

    shop.set_faults(blank_skus=1)
    blank = await skus()
    shop.set_faults(blank_skus=0)

    assert blank == {""}
    assert await skus() == {"RING-1", "RING-2-A", "RING-2-B", ""}  # the chain has none


async def test_one_unknown_id_refuses_a_whole_batch_of_inventories(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")
    path = f"{API}/listings/batch/inventory"

    known = await shop.get(path, listing_ids=listing)
    mixed = await shop.client.get(path, params={"listing_ids": f"{listing},77"})
    many = await shop.client.get(
        path, params={"listing_ids": ",".join(str(n) for n in range(1, 102))}
    )
    lenient = await shop.get(f"{API}/listings/batch", listing_ids=f"{listing},77")

    assert known["results"][0]["inventory"]["products"][0]["sku"] == "RING-1"
    assert (mixed.status_code, many.status_code) == (404, 400)
    assert lenient["count"] == 1


async def test_a_listing_cannot_be_looked_up_by_sku(shop: Fixture) -> None:
    ignored = await shop.get(f"{SHOP}/listings", sku="RING-1")
    shop.set_faults(unknown_fields_ignored=0)
    refused = await shop.client.get(f"{SHOP}/listings", params={"sku": "RING-1"})

    assert ignored["count"] == 3
    assert refused.status_code == 400


async def test_withdrawing_and_showing_a_listing_again_costs_nothing(shop: Fixture) -> None:
    listing, unit = shop.listing_of("RING-1"), shop.unit_of("RING-1")

    gone = good(await shop.patch(listing, state="inactive"))
    hidden = shop.etsy.market.buyable(unit)
    back = good(await shop.patch(listing, state="active"))

    assert (gone["state"], hidden, back["state"]) == ("inactive", 0, "active")
    assert shop.etsy.market.truth()["fees"] == {
        "listing": 0,
        "renew_after_sale": 0,
        "renew_sold": 0,
        "renew_expired": 0,
    }
    shown = [(it.buyable, it.by) for it in shop.heard if isinstance(it, OfferChanged)]
    assert shown == [(0, "app"), (1, "app")]


@pytest.mark.parametrize(("rate", "state"), [(1, "edit"), (0, "inactive")], ids=["on", "off"])
async def test_an_inactive_listing_may_read_edit(shop: Fixture, rate: float, state: str) -> None:
    listing = shop.listing_of("RING-1")
    shop.set_faults(inactive_reads_edit=rate)

    good(await shop.patch(listing, state="inactive"))
    read = await shop.get(f"{API}/listings/{listing}")
    page = await shop.get(f"{SHOP}/listings", state="inactive")

    assert read["state"] == state
    assert page["count"] == 1


async def test_a_sold_out_listing_comes_back_with_one_piece_and_a_fee(shop: Fixture) -> None:
    listing, unit = shop.listing_of("RING-1"), shop.unit_of("RING-1")
    shop.etsy.market.buy(unit)

    renewed = good(await shop.patch(listing, state="active"))

    assert (renewed["state"], renewed["quantity"]) == ("active", 1)
    assert shop.etsy.market.buyable(unit) == 1
    assert shop.etsy.market.truth()["fees"]["renew_sold"] == 1


async def test_without_that_rule_a_sold_out_listing_stays_without_stock(shop: Fixture) -> None:
    shop.set_faults(sold_out_renews=0)
    shop.etsy.market.buy(shop.unit_of("RING-1"))

    refused = await shop.patch(shop.listing_of("RING-1"), state="active")

    assert refused.status_code == 400
    assert shop.etsy.market.truth()["fees"]["renew_sold"] == 0


async def test_deactivating_a_listing_without_stock_may_fail(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")
    shop.etsy.market.buy(shop.unit_of("RING-1"))
    shop.set_faults(deactivate_zero_fails=1)

    refused = await shop.patch(listing, state="inactive")
    shop.set_faults(deactivate_zero_fails=0)
    allowed = await shop.patch(listing, state="inactive")

    assert (refused.status_code, allowed.status_code) == (400, 200)


async def test_price_quantity_and_sku_cannot_be_set_by_an_update(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")

    answer = good(await shop.patch(listing, price="1.00", quantity="5", sku="X", title="New"))

    assert (answer["title"], answer["quantity"], answer["price"]["amount"]) == ("New", 1, 12300)


@pytest.mark.parametrize(
    "title", ["", "x" * 141, "50% & 60% off", "A & B & C", "Ring \u2764\ufe0f", "a\nb"]
)
async def test_a_title_keeps_etsy_s_rules(shop: Fixture, title: str) -> None:
    answer = await shop.patch(shop.listing_of("RING-1"), title=title)

    assert answer.status_code == 400
    assert "Title" in answer.json()["error"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tags", ",".join(f"tag {n}" for n in range(14))),
        ("tags", "a tag of more than twenty characters"),
        ("tags", "fine!,jewelry"),
        ("materials", "gold (14k)"),
        ("taxonomy_id", "1"),
        ("shipping_profile_id", "1"),
        ("who_made", "nobody"),
        ("should_auto_renew", "maybe"),
    ],
)
async def test_fields_out_of_the_contract_are_refused(
    shop: Fixture, field: str, value: str
) -> None:
    answer = await shop.patch(shop.listing_of("RING-1"), **{field: value})

    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}


async def test_a_deleted_listing_is_gone_for_buyers_and_readers(shop: Fixture) -> None:
    listing, unit = shop.listing_of("RING-1"), shop.unit_of("RING-1")

    deleted = await shop.client.delete(f"{API}/listings/{listing}")
    read = await shop.client.get(f"{API}/listings/{listing}")

    assert (deleted.status_code, read.status_code) == (204, 404)
    assert shop.etsy.market.buyable(unit) == 0
    assert unit in shop.etsy.market.units()


async def test_a_listing_ends_after_four_months_or_renews_itself(shop: Fixture) -> None:
    good(await shop.patch(shop.listing_of("RING-1"), should_auto_renew="true"))

    shop.clock.advance(121 * 86_400)
    await let_in(shop)
    page = await shop.get(f"{SHOP}/listings", state="expired")

    assert page["count"] == 2
    assert shop.etsy.market.buyable(shop.unit_of("RING-1")) == 1
    assert shop.etsy.market.truth()["fees"]["renew_expired"] == 1


async def test_strangers_see_only_what_is_on_sale_and_no_sku(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")
    del shop.client.headers["authorization"]

    on_sale = await shop.get(f"{API}/listings/{listing}")
    shop.etsy.market.buy(shop.unit_of("RING-1"))
    sold_out = await shop.client.get(f"{API}/listings/{listing}")

    assert on_sale["skus"] == []
    assert sold_out.status_code == 404
