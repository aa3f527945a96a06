"""A ring is sold on one side just when an app, with a proof, raises it on the other.

Nobody could have known: that is inside the window. Without a whole and fresh proof it is not.
"""

from collections.abc import Callable
from typing import Any

import pytest
from tests.support.story import Story, opened

from marketsim.market import OrderId
from marketsim.pieces import MarketName

RINGS: tuple[tuple[MarketName, str], ...] = (("shopify", "ring"), ("etsy", "ring"))


def off_sale() -> Story:
    """Etsy's listing was withdrawn, and may come back."""
    story = opened()
    story.shows("etsy", "ring", 0)
    return story


def prove(story: Story) -> None:
    """Both offers, and then the orders of both sides."""
    story.reads(*RINGS, after_s=10)
    story.reads_orders("shopify", "etsy", after_s=0.1)


def cross(story: Story, *, after_s: float = 1, arrives_s: float = 1) -> dict[str, Any]:
    """Sold on Shopify, raised on Etsy, and sold there too: the case."""
    story.sells("shopify", "ring", left=0, after_s=after_s)
    story.shows("etsy", "ring", 1, after_s=arrives_s)
    story.sells("etsy", "ring", left=0, after_s=1)
    found = story.report(ceiling_s=30)["double_sales"]
    cases: list[dict[str, Any]] = found["inside"] + found["outside"]
    (case,) = cases
    return case


def test_a_sale_after_the_proof_and_before_the_write_is_inside_the_window() -> None:
    story = off_sale()
    prove(story)

    case = cross(story)

    assert (case["verdict"], case["shown_because"]) == ("inside", "sale crossed by a raise")


def test_but_for_no_longer_than_the_ceiling() -> None:
    story = off_sale()
    prove(story)
    cross(story)

    assert len(story.report(ceiling_s=0.5)["double_sales"]["outside"]) == 1


def no_proof(_story: Story) -> None:
    """Raised as soon as the book allows it."""


def no_orders(story: Story) -> None:
    story.reads(*RINGS, after_s=10)


def orders_before_the_readings(story: Story) -> None:
    story.reads_orders("shopify", "etsy", after_s=10)
    story.reads(*RINGS, after_s=0.1)


def orders_of_one_side_only(story: Story) -> None:
    story.reads(*RINGS, after_s=10)
    story.reads_orders("etsy", after_s=0.1)


def one_side_only(story: Story) -> None:
    story.reads(("etsy", "ring"), after_s=10)
    story.reads_orders("shopify", "etsy", after_s=0.1)


def a_stale_one(story: Story) -> None:
    prove(story)
    story.reads_orders("shopify", "etsy", after_s=121)


@pytest.mark.parametrize(
    "proves",
    [
        no_proof,
        no_orders,
        orders_before_the_readings,
        orders_of_one_side_only,
        one_side_only,
        a_stale_one,
    ],
)
def test_without_a_whole_and_fresh_proof_it_is_outside(proves: Callable[[Story], None]) -> None:
    story = off_sale()
    proves(story)

    case = cross(story)

    assert (case["verdict"], case["shown_because"]) == ("outside", "raised by app")


def test_a_write_that_arrives_long_after_the_sale_is_outside() -> None:
    """By then its webhook must have told."""
    story = off_sale()
    prove(story)

    assert cross(story, arrives_s=6)["verdict"] == "outside"


def test_an_app_that_was_shown_the_sale_is_outside() -> None:
    def read_its_offer(story: Story, _order: OrderId) -> None:
        story.reads(("shopify", "ring"), after_s=0.1)

    def read_the_orders(story: Story, _order: OrderId) -> None:
        story.reads_orders("shopify", after_s=0.1)

    def read_the_order(story: Story, order: OrderId) -> None:
        story.seen["shopify"].read_order(order)

    for is_shown in (read_its_offer, read_the_orders, read_the_order):
        story = off_sale()
        prove(story)
        order = story.sells("shopify", "ring", left=0, after_s=1)
        is_shown(story, order)
        story.shows("etsy", "ring", 1, after_s=1)
        story.sells("etsy", "ring", left=0, after_s=1)

        assert len(story.report()["double_sales"]["outside"]) == 1, is_shown.__name__


def test_a_raise_to_more_than_lay_there_before_the_sale_is_outside() -> None:
    story = opened()
    story.reads(("shopify", "chain"), ("etsy", "chain"), after_s=10)
    story.reads_orders("shopify", "etsy", after_s=0.1)

    story.sells("shopify", "chain", left=4, after_s=1)
    story.shows("etsy", "chain", 6, after_s=1)

    shown = story.report()["oversellable_now"]
    assert [one["because"] for one in shown] == ["sale"]  # it showed too much before, too
    story.shows("etsy", "chain", 0)
    story.shows("etsy", "chain", 6)
    (told,) = story.report()["oversellable_now"]
    assert told["because"] == "raised by app"


def test_an_offers_own_sale_is_no_excuse_for_raising_it() -> None:
    """Shopify compares before it writes, and of Etsy it is told apart by its own name."""
    story = opened()
    story.reads(*RINGS, after_s=10)
    story.reads_orders("shopify", "etsy", after_s=0.1)

    story.sells("shopify", "ring", left=0, after_s=1)
    story.shows("etsy", "ring", 0, after_s=1)
    story.shows("shopify", "ring", 1, after_s=1)

    (told,) = story.report()["oversellable_now"]
    assert told["because"] == "raised by app"


def test_what_was_taken_by_hand_is_no_excuse() -> None:
    story = off_sale()
    prove(story)

    story.edits("shopify", "ring", -1)
    story.shows("shopify", "ring", 0, by="person")
    story.shows("etsy", "ring", 1, after_s=1)

    (told,) = story.report()["oversellable_now"]
    assert told["because"] == "raised by app"


def test_a_person_who_raises_it_is_told_as_such() -> None:
    story = off_sale()
    prove(story)

    story.sells("shopify", "ring", left=0, after_s=1)
    story.shows("etsy", "ring", 1, by="person", after_s=1)

    (told,) = story.report()["oversellable_now"]
    assert told["because"] == "raised by person"
