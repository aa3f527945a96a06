from typing import Any

import pytest
from tests.unit.marketsim.shopify.rehearsal import Rehearsal

DEFINITION = {
    "name": "Stone",
    "namespace": "custom",
    "key": "stone",
    "ownerType": "PRODUCT",
    "type": "single_line_text_field",
    "validations": [{"name": "max", "value": "20"}],
}


async def product_id(shop: Rehearsal) -> str:
    data = await shop.data("ProductsPage", query="title:Gold*")
    found: str = data["products"]["nodes"][0]["id"]
    return found


async def write(shop: Rehearsal, *rows: dict[str, Any]) -> dict[str, Any]:
    data = await shop.data("MetafieldsWrite", metafields=list(rows))
    found: dict[str, Any] = data["metafieldsSet"]
    return found


async def test_a_field_is_declared_once(shop: Rehearsal) -> None:
    first = await shop.data("MetafieldDefinitionAdd", definition=DEFINITION)
    again = await shop.data("MetafieldDefinitionAdd", definition=DEFINITION)
    page = await shop.data("MetafieldDefinitionsPage", ownerType="PRODUCT", namespace="custom")

    assert first["metafieldDefinitionCreate"]["userErrors"] == []
    assert again["metafieldDefinitionCreate"]["userErrors"][0]["code"] == "TAKEN"
    (found,) = page["metafieldDefinitions"]["nodes"]
    assert found["validations"] == [{"name": "max", "value": "20"}]


async def test_a_digest_guards_against_unseen_changes(shop: Rehearsal) -> None:
    owner = await product_id(shop)
    row = {"ownerId": owner, "key": "stone", "type": "single_line_text_field", "value": "ruby"}

    first = await write(shop, row | {"compareDigest": None})
    digest = first["metafields"][0]["compareDigest"]
    second = await write(shop, row | {"value": "opal", "compareDigest": digest})
    stale = await write(shop, row | {"value": "topaz", "compareDigest": digest})

    assert (first["userErrors"], second["userErrors"]) == ([], [])
    assert stale["userErrors"][0]["code"] == "STALE_OBJECT"
    found = (await shop.data("ProductById", id=owner))["product"]["metafields"]["nodes"]
    assert [it["value"] for it in found] == ["opal"]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("number_integer", "12", "1.5"),
        ("number_decimal", "1.123456789", "1.1234567891"),
        ("boolean", "true", "yes"),
        ("money", '{"amount": "9.99", "currency_code": "USD"}', "9.99"),
        ("file_reference", "gid://shopify/MediaImage/1", "image.jpg"),
        ("list.single_line_text_field", '["a"]', '"a"'),
        ("json", "{}", "{"),
    ],
)
async def test_values_are_texts_of_their_type(
    shop: Rehearsal, kind: str, good: str, bad: str
) -> None:
    row = {"ownerId": await product_id(shop), "key": "field", "type": kind}

    refused = await write(shop, row | {"value": bad})
    written = await write(shop, row | {"value": good})

    assert refused["userErrors"][0]["code"] == "INVALID_VALUE"
    assert written["metafields"][0]["value"] == good


async def test_a_declared_field_takes_no_other_type(shop: Rehearsal) -> None:
    await shop.data("MetafieldDefinitionAdd", definition=DEFINITION)
    row = {"ownerId": await product_id(shop), "key": "stone"}

    refused = await write(shop, row | {"type": "number_integer", "value": "3"})
    written = await write(shop, row | {"type": DEFINITION["type"], "value": "ruby"})
    changed = await write(shop, row | {"type": "number_integer", "value": "3"})

    assert [error["code"] for error in refused["userErrors"]] == ["INVALID_TYPE"]
    assert (refused["metafields"], written["userErrors"]) == (None, [])
    assert changed["userErrors"][0]["code"] == "INVALID_TYPE"


async def test_a_declaration_binds_only_its_own_kind_of_owner(shop: Rehearsal) -> None:
    variants = DEFINITION | {"ownerType": "PRODUCTVARIANT"}
    await shop.data("MetafieldDefinitionAdd", definition=variants)
    row = {"ownerId": await product_id(shop), "key": "stone", "type": "number_integer"}

    written = await write(shop, row | {"value": "3"})

    assert written["userErrors"] == []


async def test_fields_are_written_all_or_none_and_at_most_25(shop: Rehearsal) -> None:
    row = {"ownerId": await product_id(shop), "type": "number_integer"}
    rows = [row | {"key": f"k{number}", "value": "1"} for number in range(26)]

    many = await write(shop, *rows)
    mixed = await write(shop, rows[0], rows[1] | {"value": "x"})

    assert many["userErrors"][0]["code"] == "LESS_THAN_OR_EQUAL_TO"
    assert (mixed["metafields"], mixed["userErrors"][0]["elementIndex"]) == (None, 1)
    assert shop.shopify.shop.store.metafields == {}


async def test_a_file_is_ready_some_time_after_its_upload(shop: Rehearsal) -> None:
    staged = await shop.data(
        "StageUploads",
        input=[{"filename": "a.jpg", "mimeType": "image/jpeg", "resource": "IMAGE"}],
    )
    (target,) = staged["stagedUploadsCreate"]["stagedTargets"]
    await shop.http.put(target["url"], content=b"picture")

    made = await shop.data(
        "FilesCreate",
        files=[{"originalSource": target["resourceUrl"], "contentType": "IMAGE", "alt": "A ring"}],
    )
    (file,) = made["fileCreate"]["files"]
    early = (await shop.data("FileStatusById", id=file["id"]))["node"]
    await shop.pass_time(4, steps=8)
    late = (await shop.data("FileStatusById", id=file["id"]))["node"]

    assert (file["fileStatus"], early["fileStatus"], late["fileStatus"]) == (
        "UPLOADED",
        "UPLOADED",
        "READY",
    )
    assert late["image"]["url"]


async def test_a_file_that_never_arrived_fails(shop: Rehearsal) -> None:
    staged = await shop.data(
        "StageUploads",
        input=[{"filename": "a.pdf", "mimeType": "application/pdf", "resource": "FILE"}],
    )
    source = staged["stagedUploadsCreate"]["stagedTargets"][0]["resourceUrl"]
    made = await shop.data("FilesCreate", files=[{"originalSource": source}])

    await shop.pass_time(4, steps=8)

    gid = made["fileCreate"]["files"][0]["id"]
    found = (await shop.data("FileStatusById", id=gid))["node"]
    assert (found["fileStatus"], found["fileErrors"][0]["code"]) == (
        "FAILED",
        "GENERIC_FILE_DOWNLOAD_FAILURE",
    )
