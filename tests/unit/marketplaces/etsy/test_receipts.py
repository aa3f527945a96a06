"""Etsy's receipts in PEG's words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.etsy_shapes import SHOP, SIZE, receipt, sale, value

from peg.domain.identity import OfferRef
from peg.domain.money import Money
from peg.domain.order import OrderSnapshot
from peg.marketplaces.etsy.receipts import order_of
from peg.marketplaces.port import UnexpectedAnswer, UnreadableOrder

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHIPPED = {"is_shipped": True}


def part_of(told: dict[str, Any]) -> OrderSnapshot:
    """What can be read of a receipt that lacks something."""
    with pytest.raises(UnreadableOrder) as refused:
        order_of(SHOP, told, NOW)
    assert refused.value.part is not None
    return refused.value.part


def test_an_unpaid_sale_is_committed_as_a_paid_one_is() -> None:
    paid = order_of(SHOP, receipt(), NOW)
    unpaid = order_of(SHOP, receipt(is_paid=False, status="open"), NOW)

    assert (paid.lines[0].committed, unpaid.lines[0].committed) == (1, 1)
    assert (paid.paid, unpaid.paid) == (True, False)
    assert paid.complete


def test_a_line_names_the_offer_it_was_sold_from() -> None:
    sold = sale(product_data=[value(SIZE, "Ring size", "7")], quantity=2)

    line = order_of(SHOP, receipt(sold), NOW).lines[0]

    assert line.ref == OfferRef(shop=SHOP, listing="1000", variant="Ring size=7")
    assert (line.sku, line.quantity, line.price) == ("RING-SAPP", 2, Money(18000, "USD"))


def test_a_line_of_a_deleted_listing_is_kept_without_its_offer() -> None:
    line = order_of(SHOP, receipt(sale(listing_id=None, sku=None, product_id=None)), NOW).lines[0]

    assert (line.ref, line.sku, line.committed) == (None, "", 1)


def test_shipped_is_told_by_the_receipt_or_by_the_line() -> None:
    whole = order_of(SHOP, receipt(sale(), is_shipped=True), NOW)
    part = order_of(SHOP, receipt(sale(1), sale(2, shipped_timestamp=1_795_000_050)), NOW)

    assert [(one.committed, one.shipped) for one in whole.lines] == [(0, 1)]
    assert [(one.committed, one.shipped) for one in part.lines] == [(1, 0), (0, 1)]


@pytest.mark.parametrize(
    ("stamps", "whole", "left_by"),
    [
        ((None, None), {}, None),
        ((1_795_000_050, None), {}, 1_795_000_050),
        ((1_795_000_050, 1_795_000_070), SHIPPED, 1_795_000_070),
        ((1_795_000_050, None), SHIPPED, None),
        (("x",), SHIPPED, None),
    ],
)
def test_by_when_it_had_left_is_told_of_all_that_is_shipped_or_not_at_all(
    stamps: tuple[Any, ...], whole: dict[str, bool], left_by: int | None
) -> None:
    sold = [sale(number, shipped_timestamp=at) for number, at in enumerate(stamps)]

    order = order_of(SHOP, receipt(*sold, **whole), NOW)

    assert (order.left_by and order.left_by.timestamp()) == left_by


def test_what_was_cancelled_never_left_unless_it_was_shipped() -> None:
    gone = sale(2, shipped_timestamp=1_795_000_050)

    order = order_of(SHOP, receipt(sale(1), gone, status="Canceled"), NOW)

    assert [(one.restocked, one.shipped) for one in order.lines] == [(1, 0), (0, 1)]
    assert order.cancelled_at == order.updated_at


@pytest.mark.parametrize("status", ["partially refunded", "fully refunded"])
def test_a_refund_names_no_line_and_moves_none(status: str) -> None:
    order = order_of(SHOP, receipt(status=status, refunds=[{"reason": "scratch"}]), NOW)

    assert order.lines[0].committed == 1
    assert order.cancelled_at is None


def test_an_unreadable_line_hides_no_other_and_the_order_is_read_again() -> None:
    order = part_of(receipt(sale(1, quantity=None), sale(2)))

    assert [line.line for line in order.lines] == ["2"]
    assert not order.complete


@pytest.mark.parametrize("field", ["status", "is_paid", "is_shipped", "transactions"])
def test_a_field_gone_overnight_makes_the_order_incomplete(field: str) -> None:
    broken = receipt()
    del broken[field]

    assert not part_of(broken).complete


def test_a_receipt_without_an_id_is_none() -> None:
    with pytest.raises(UnexpectedAnswer, match="receipt_id"):
        order_of(SHOP, receipt() | {"receipt_id": None}, NOW)


def test_nothing_of_its_buyer_is_kept_of_a_receipt_that_cannot_be_read() -> None:
    engraved = {"formatted_name": "Engraving", "formatted_value": "for Jane", "question_id": 3}
    odd = receipt(
        sale(quantity="two", variations=[engraved]),
        name="Jane Doe",
        first_line="1 Elm Street",
        buyer_email="jane@example.com",
        message_from_buyer="for Jane",
    )

    with pytest.raises(UnreadableOrder) as refused:
        order_of(SHOP, odd, NOW)

    kept = refused.value.odd
    assert '"quantity": "two"' in kept.answer
    assert "quantity" in kept.why
    for word in ("Jane", "jane", "Elm"):
        assert word not in kept.answer
