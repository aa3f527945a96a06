"""Products of a listing are told apart by their property values."""

from tests.support.etsy_shapes import METAL, SIZE, product, sale, value

from peg.marketplaces.etsy.variants import options_of_product, options_of_sale, variant_of


def test_the_key_of_a_product_stays_when_etsys_ids_and_their_order_change() -> None:
    before = product(1, value(SIZE, "Ring size", "7"), value(METAL, "Metal", "14K white gold"))
    after = product(2, value(METAL, "Metal", "14K white gold"), value(SIZE, "Ring size", "7"))
    after["property_values"][0]["value_ids"] = [123456]

    keys = {variant_of(options_of_product(one)) for one in (before, after)}

    assert keys == {"Metal=14K white gold|Ring size=7"}


def test_a_listing_without_variations_has_an_empty_key() -> None:
    assert variant_of(options_of_product(product(1))) == ""


def test_escaped_and_plain_text_are_the_same_and_marks_cannot_forge_a_key() -> None:
    escaped = variant_of({"Length": "18&quot;"} | {})
    plain = options_of_product(product(1, value(SIZE, "Length", "18&quot; ")))

    assert variant_of(plain) == 'Length=18"'
    assert escaped != variant_of(plain)  # only what was read from Etsy is unescaped
    assert variant_of({"A": "1|B=2"}) != variant_of({"A": "1", "B": "2"})


def test_what_the_buyer_chose_gives_the_key_of_the_product_sold() -> None:
    listed = variant_of(options_of_product(product(1, value(SIZE, "Ring size", "6 1/2"))))
    by_product_data = sale(product_data=[value(SIZE, "Ring size", "6 1/2")])
    chosen = {"property_id": SIZE, "formatted_name": "Ring size", "formatted_value": "6 1/2"}
    by_words = sale(variations=[{**chosen, "question_id": None}])

    assert variant_of(options_of_sale(by_product_data)) == listed
    assert variant_of(options_of_sale(by_words)) == listed


def test_an_engraving_is_no_option() -> None:
    engraved = {
        "property_id": 54,
        "question_id": 1,
        "formatted_name": "Personalization",
        "formatted_value": "For Ada",
    }

    assert variant_of(options_of_sale(sale(variations=[engraved]))) == ""
