"""An order that a shop told of and does not have."""

from datetime import datetime

from peg.catalog.offers import Offer
from peg.domain.order import LineSnapshot, OrderSnapshot

OF_NOBODY = "777777"
"""Its number."""

NAME = "#TEST"


def order_of_nobody(offer: Offer, *, placed_at: datetime) -> OrderSnapshot:
    """One unit of an offer was sold in it, as the shop told."""
    sold = LineSnapshot(line="1", sku=offer.sku_as_typed, title="", ref=offer.ref, committed=1)
    return OrderSnapshot(
        shop=offer.ref.shop,
        order=OF_NOBODY,
        name=NAME,
        created_at=placed_at,
        updated_at=placed_at,
        fetched_at=placed_at,
        lines=[sold],
        paid=True,
    )
