"""What the parts of PEG tell each other, through the bus only.

A message is a hint that something was committed; the database holds the facts. Every handler may
get it twice, late, or after a newer one.
"""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from peg.domain.identity import OfferId, ShopId, Sku


class Message(BaseModel):
    """Base of all messages; `topic` is the routing key on the broker."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    topic: ClassVar[str]


class StockChanged(Message):
    """What is available of an item changed, in all or at a place.

    `was` and `available` are what one posting found and left: a later one may have come since.
    """

    topic = "inventory.updated"
    sku: Sku
    version: int
    was: int
    available: int


class OfferDrifted(Message):
    """A marketplace shows something else than we left there."""

    topic = "offer.drifted"
    shop: ShopId
    offer: OfferId


class OrderTakenIn(Message):
    """An order was posted to the book for the first time, or changed it."""

    topic = "order.taken_in"
    shop: ShopId
    order: str
    is_new: bool = False


class Alert(Message):
    """Somebody should look."""

    topic = "alert.raised"
    name: str
    subject: str
    sentence: str
