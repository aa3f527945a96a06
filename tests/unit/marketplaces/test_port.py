"""What crosses the port is whole, in whichever portions it is worked on."""

from datetime import UTC, datetime

from peg.domain.identity import OfferRef, ShopId
from peg.domain.money import Money
from peg.domain.offer import ANYWHERE, Parts, Reading, RemoteOffer, Shelf
from peg.marketplaces.port import OffersPage, UnreadableOffer

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def ring(number: int) -> RemoteOffer:
    ref = OfferRef(shop=ShopId("etsy:1"), listing=str(number), variant="")
    parts = {ANYWHERE: Parts(available=1)}
    reading = Reading(ref=ref, parts=parts, shelf=Shelf.LISTED, begun_at=NOON, marketplace_at=None)
    return RemoteOffer(
        ref=ref, reading=reading, title="Ring", sku="", options={}, price=Money(100, "USD")
    )


def test_every_offer_and_every_unreadable_one_stands_in_exactly_one_portion() -> None:
    odd = UnreadableOffer(listing="8", variant="", title="Odd ring", sku="", why="no price")
    page = OffersPage(offers=[ring(number) for number in range(5)], unreadable=[odd])

    portions = list(page.portions(2))

    assert [len(one.offers) for one in portions] == [2, 2, 1]
    assert [one for portion in portions for one in portion.offers] == page.offers
    assert [one for portion in portions for one in portion.unreadable] == [odd]


def test_a_page_of_nothing_but_unreadable_offers_is_not_lost() -> None:
    odd = UnreadableOffer(listing="8", variant="", title="Odd ring", sku="", why="no price")

    assert list(OffersPage(offers=[], unreadable=[odd]).portions(2)) == [
        OffersPage(offers=[], unreadable=[odd])
    ]
