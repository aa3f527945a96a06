"""When another shop followed a sale: one definition, for the live page and the metrics."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.support.bench import NOON, RING, etsy_ref, shopify_ref

from peg.catalog.offers import Offer
from peg.domain.identity import Channel, OfferId, OfferRef, Sku
from peg.domain.money import Money
from peg.domain.offer import ANYWHERE, Target
from peg.ledger.line_meaning import Component
from peg.ledger.posted import FirstPosted
from peg.propagation.attempts import Written
from peg.propagation.board import Standing
from peg.reads.following import (
    Elsewhere,
    Followed,
    Shown,
    Sold,
    elsewhere,
    over_all,
    withdrawn,
)

CHAIN = Sku("CHAIN-1")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def offer(number: int, *skus: Sku, ref: OfferRef | None = None) -> Offer:
    return Offer(
        id=OfferId(number),
        ref=etsy_ref() if ref is None else ref,
        title="Ring",
        sku_as_typed=skus[0],
        options={},
        price=Money(18_000, "USD"),
        tracked=True,
        oversells=False,
        parked=False,
        gone=False,
        baseline=None,
        components=[Component(sku=sku) for sku in skus],
    )


def standing(
    of: Offer, *, changed: float, behind: float | None = None, shown: float | None = None
) -> Standing:
    """Its target is of the second `changed`; it is `behind` since then, or was `shown` then."""
    return Standing(
        offer=of.id,
        shop=of.ref.shop,
        target=Target(quantities={ANYWHERE: 0}, listed=False, version=2, why=()),
        shown_version=1 if behind is not None else 2,
        shown_at=None if shown is None else at(shown),
        changed_at=at(changed),
        behind_since=None if behind is None else at(behind),
        next_at=at(changed),
        attempts=0,
        last_outcome=None,
        refused_at=None,
    )


def written(of: Offer, *, aimed: float, behind: float, at_: float, left: int = 0) -> Written:
    return Written(
        offer=of.id,
        aimed_at=at(aimed),
        behind_since=at(behind),
        written_at=at(at_),
        quantity=left,
    )


def follows(
    of: Offer,
    now: Standing,
    *writes: Written,
    known: float | None = 1,
    missed_before: bool = False,
    placed: float = 0,
) -> tuple[Followed, float | None]:
    """How an offer followed a ring sold at noon that the book has counted since `known`."""
    posted = {}
    if known is not None:
        posted = {RING: FirstPosted(at=at(known), missed_before=missed_before)}
    sold = Sold(at=at(placed), posted=posted)
    return over_all(elsewhere(sold, [of], Shown({of.id: now}, {of.id: writes})))


def test_a_sale_is_followed_when_the_other_shop_was_seen_to_show_it() -> None:
    ring = offer(1, RING)
    now = standing(ring, changed=1.1, shown=2.5)

    assert follows(ring, now, written(ring, aimed=1.1, behind=1.1, at_=2.4)) == (Followed.DONE, 2.4)


def test_until_then_it_is_on_its_way_whatever_was_written_for_an_older_target() -> None:
    ring = offer(1, RING)
    now = standing(ring, changed=1.1, behind=0.5)
    older = written(ring, aimed=0.5, behind=0.5, at_=1.3)

    assert follows(ring, now, older) == (Followed.WAITING, None)
    newer = written(ring, aimed=1.1, behind=0.5, at_=3.0)
    assert follows(ring, now, older, newer) == (Followed.DONE, 3.0)


def test_a_shop_that_showed_no_more_than_is_left_needed_nothing_then_or_later() -> None:
    ring = offer(1, RING)  # capped: one of five was shown, and four are left
    a_day = 86_400.0

    assert follows(ring, standing(ring, changed=-9, shown=-8)) == (Followed.DONE, None)
    later = written(ring, aimed=a_day, behind=a_day, at_=a_day + 1)
    assert follows(ring, standing(ring, changed=a_day, shown=a_day + 1), later) == (
        Followed.DONE,
        None,
    )
    behind = standing(ring, changed=a_day, behind=a_day)
    assert follows(ring, behind) == (Followed.DONE, None)


def test_what_was_missed_before_its_order_was_seen_was_followed_before_it_too() -> None:
    ring = offer(1, RING)
    now = standing(ring, changed=0.4, shown=1.0)
    held = written(ring, aimed=0.4, behind=0.4, at_=0.9)

    assert follows(ring, now, held, known=60, missed_before=True) == (Followed.DONE, 0.9)
    assert follows(ring, now, held, known=60) == (Followed.DONE, None)


def test_a_target_that_a_look_found_shown_needed_no_write() -> None:
    ring = offer(1, RING)

    assert follows(ring, standing(ring, changed=1.1, shown=1.9)) == (Followed.DONE, 1.9)


def test_what_was_sold_before_the_import_was_followed_by_nobody() -> None:
    ring = offer(1, RING)
    write = written(ring, aimed=5, behind=5, at_=6)

    assert follows(ring, standing(ring, changed=5, shown=6), write, known=None) == (
        Followed.DONE,
        None,
    )


def test_a_marketplace_whose_clock_is_ahead_makes_no_negative_seconds() -> None:
    ring = offer(1, RING)
    write = written(ring, aimed=1.1, behind=1.1, at_=2.4)

    assert follows(ring, standing(ring, changed=1.1, shown=2.4), write, placed=5) == (
        Followed.DONE,
        0.0,
    )


def test_the_last_offer_of_each_marketplace_counts() -> None:
    here, there = offer(1, RING), offer(2, RING, CHAIN)
    third = offer(3, RING, ref=shopify_ref())
    writes = {
        here.id: [written(here, aimed=1.1, behind=1.1, at_=2)],
        there.id: [written(there, aimed=1.1, behind=1.1, at_=4)],
    }
    standings = {
        here.id: standing(here, changed=1.1, shown=2),
        there.id: standing(there, changed=1.1, shown=4),
        third.id: standing(third, changed=1.1, behind=1.1),
    }
    sold = Sold(at=NOON, posted={RING: FirstPosted(at=at(1), missed_before=False)})

    parts: Sequence[Elsewhere] = elsewhere(sold, [here, there, third], Shown(standings, writes))

    assert [(one.channel, one.followed, one.seconds) for one in parts] == [
        (Channel.ETSY, Followed.DONE, 4.0),
        (Channel.SHOPIFY, Followed.WAITING, None),
    ]
    assert over_all(parts) == (Followed.WAITING, None)
    assert over_all([]) == (Followed.ALONE, None)
    assert over_all([], sure=False) == (Followed.UNSURE, None)


def off_sale_after(*writes: Written, of: Sequence[Offer], now: Sequence[Standing]) -> object:
    """The seconds until each other shop had none of a ring that was sold at noon."""
    sold = Sold(at=NOON, posted={RING: FirstPosted(at=at(1), missed_before=False)})
    by_offer = {one.id: [write for write in writes if write.offer == one.id] for one in of}
    return withdrawn(sold, of, Shown({one.offer: one for one in now}, by_offer))


def test_what_a_sale_left_none_of_was_withdrawn_by_the_last_offer_of_each_shop() -> None:
    alone, in_a_set, third = (
        offer(1, RING),
        offer(2, RING, CHAIN),
        offer(3, RING, ref=shopify_ref()),
    )
    offers = [alone, in_a_set, third]
    now = [standing(one, changed=1.1, shown=5) for one in offers]
    writes = [
        written(alone, aimed=1.1, behind=1.1, at_=2),
        written(in_a_set, aimed=1.1, behind=1.1, at_=4),
        written(third, aimed=1.1, behind=1.1, at_=1.5),
    ]

    assert off_sale_after(*writes, of=offers, now=now) == {
        alone.ref.shop: 4.0,
        third.ref.shop: 1.5,
    }


def test_a_sale_that_left_some_withdrew_nothing() -> None:
    ring = offer(1, RING)
    fewer = written(ring, aimed=1.1, behind=1.1, at_=2, left=4)

    assert off_sale_after(fewer, of=[ring], now=[standing(ring, changed=1.1, shown=2)]) == {}


def test_what_is_still_on_its_way_has_not_been_withdrawn() -> None:
    ring, in_a_set = offer(1, RING), offer(2, RING, CHAIN)
    gone = written(ring, aimed=1.1, behind=1.1, at_=2)
    now = [standing(ring, changed=1.1, shown=2), standing(in_a_set, changed=1.1, behind=1.1)]

    assert off_sale_after(gone, of=[ring, in_a_set], now=now) == {}
