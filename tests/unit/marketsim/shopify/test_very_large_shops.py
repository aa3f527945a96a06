"""What the practice shop refuses once it holds very much."""

from itertools import islice, product
from typing import Any

from tests.unit.marketsim.shopify.rehearsal import Rehearsal, listing, rehearse

from marketsim.pieces import Catalogue, Option, PieceId, Unit
from marketsim.shopify.connections import OBJECTS_MAX, by_number, cursor_of

VARIANTS = """query($after: String) { productVariants(first: 100, after: $after) {
    nodes { id } pageInfo { hasNextPage endCursor } } }"""
BULK = "{ productVariants { edges { node { id } } } }"


def stones(count: int, *, products: int) -> Catalogue:
    """So many variants of stones of the jeweller's, over so many products."""
    parts = ((PieceId("stone"), 1),)
    weights = [Option(name="Carat", value=str(number)) for number in range(count // products)]
    units = [
        Unit(parts=parts, sku="", options=(weight,), price_minor=9_900, stock=(1,))
        for weight in weights
    ]
    listings = tuple(listing(f"Stones {number}", *units) for number in range(products))
    return Catalogue(seed=1, currency="USD", locations=("Atelier",), pieces=(), listings=listings)


def rings(title: str, count: int) -> dict[str, Any]:
    """A product of so many variants, by size and metal."""
    names = [str(number) for number in range(64)]
    options = [
        {"name": name, "values": [{"name": it} for it in names]} for name in ("Size", "Metal")
    ]
    rows = [
        {
            "optionValues": [
                {"optionName": "Size", "name": size},
                {"optionName": "Metal", "name": metal},
            ]
        }
        for size, metal in islice(product(names, names), count)
    ]
    return {"title": title, "productOptions": options, "variants": rows}


async def codes_of(shop: Rehearsal, given: dict[str, Any]) -> list[str]:
    data = await shop.data("ProductUpsert", input=given)
    return [error["code"] for error in data["productSet"]["userErrors"]]


async def test_a_connection_ends_at_25_000_objects_and_a_bulk_operation_reads_on() -> None:
    shop = await rehearse(stones(OBJECTS_MAX + 400, products=20))
    variants = sorted(shop.shopify.shop.store.variants)
    store = shop.shopify.shop.store
    near_the_end = cursor_of(by_number(store.variants[variants[OBJECTS_MAX - 101]]))

    last = await shop.query(VARIANTS, after=near_the_end)
    page = last["data"]["productVariants"]
    refused = await shop.query(VARIANTS, after=page["pageInfo"]["endCursor"])
    bulk = await shop.data("BulkQueryRun", query=BULK)
    await shop.pass_time(60, steps=240)

    gid = bulk["bulkOperationRunQuery"]["bulkOperation"]["id"]
    done = (await shop.data("BulkOperationPoll", id=gid))["bulkOperation"]
    assert (len(page["nodes"]), page["pageInfo"]["hasNextPage"]) == (100, True)
    assert refused["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert (done["status"], done["objectCount"]) == ("COMPLETED", str(OBJECTS_MAX + 400))


async def test_past_50_000_variants_only_a_thousand_new_ones_are_made_a_day() -> None:
    shop = await rehearse(stones(49_500, products=25))

    last = await codes_of(shop, rings("Up to the limit", 500))
    first = await codes_of(shop, rings("Half of the day", 500))
    more = await codes_of(shop, rings("Too many", 1))
    shop.clock.advance(24 * 3600)
    granted = shop.shopify.shop.tokens.grant(frozenset({"write_products"}), lives_s=None)
    shop.token = granted.access_token
    next_day = await codes_of(shop, rings("The next day", 1_000))

    assert (last, first, next_day) == ([], [], [])
    assert more == ["VARIANTS_OVER_LIMIT"]


async def test_a_product_has_at_most_2_048_variants_and_three_options(shop: Rehearsal) -> None:
    names = ("Size", "Metal", "Stone", "Finish")
    options = [{"name": name, "values": [{"name": "A"}]} for name in names]
    row = {"optionValues": [{"optionName": name, "name": "A"} for name in names]}

    most = await codes_of(shop, rings("Most", 2_048))
    many = await shop.ask("ProductUpsert", input=rings("Many", 2_049))
    four = await codes_of(
        shop, {"title": "Four options", "productOptions": options, "variants": [row]}
    )

    assert most == []
    assert many["errors"][0]["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
    assert four == ["OPTIONS_OVER_LIMIT"]
