"""What the truth tells of a ring, five chains and a set of both."""

from datetime import datetime

import pytest
from tests.support.story import CHAIN, RING, opened

from marketsim.pieces import MarketName
from marketsim.shopify.stock import UNLIMITED
from marketsim.truth import followed


def test_the_other_side_followed_in_two_seconds() -> None:
    story = opened()

    story.sells("shopify", "ring", left=0)
    waiting = story.report()["waiting"]["count"]
    story.shows("etsy", "ring", 0, after_s=2)

    told = story.report()
    assert waiting == 1
    assert told["waiting"] == {"count": 0, "oldest_s": None, "units": []}
    assert told["seconds_to_lower"]["after_sales_withdrawn"]["p99"] == 2.0
    assert told["seconds_to_lower"]["after_sales_by_direction"]["shopify->etsy"]["count"] == 1
    (slowest,) = told["seconds_to_lower"]["slowest"]
    assert (slowest["seconds"], slowest["lowered_on"], slowest["to"]) == (2.0, "etsy", 0)
    (one,) = followed(story.truth)
    assert one == {**slowest, "lowered_at": one["lowered_at"]}
    took = datetime.fromisoformat(one["lowered_at"]) - datetime.fromisoformat(one["sold_at"])
    assert took.total_seconds() == 2.0
    assert told["double_sales"]["inside"] == told["double_sales"]["outside"] == []
    assert told["oversellable_now"] == []


def test_a_second_buyer_before_the_withdrawal_is_inside_the_window() -> None:
    story = opened()

    first = story.sells("shopify", "ring", left=0)
    second = story.sells("etsy", "ring", left=0, after_s=3)

    (case,) = story.report()["double_sales"]["inside"]
    assert (case["first"]["order"], case["second"]["order"]) == (first, second)
    assert case["seconds_between"] == 3.0
    assert case["seconds_to_withdrawal"] is None


def test_a_second_buyer_beyond_the_ceiling_is_outside() -> None:
    story = opened()

    story.sells("shopify", "ring", left=0)
    story.sells("etsy", "ring", left=0, after_s=61)

    assert len(story.report(ceiling_s=60)["double_sales"]["outside"]) == 1
    assert len(story.report(ceiling_s=62)["double_sales"]["inside"]) == 1


def test_a_sold_piece_put_back_on_sale_is_outside_however_quick_the_buyer() -> None:
    story = opened()

    story.sells("shopify", "ring", left=0)
    story.shows("etsy", "ring", 0, after_s=1)
    story.shows("etsy", "ring", 1, after_s=1)
    oversellable = story.report()["oversellable_now"]
    story.sells("etsy", "ring", left=0, after_s=0.5)

    (case,) = story.report()["double_sales"]["outside"]
    assert [offer["because"] for offer in oversellable] == ["raised by app"]
    assert case["shown_because"] == "raised by app"
    assert case["seconds_to_withdrawal"] == 1.0


def test_a_sale_that_a_blind_write_covered_is_inside_for_no_longer_than_the_ceiling() -> None:
    story = opened()

    story.sells("etsy", "ring", left=0)
    story.shows("etsy", "ring", 1, after_s=0.1, by="blind app")
    story.sells("etsy", "ring", left=0, after_s=4)

    (case,) = story.report(ceiling_s=5)["double_sales"]["inside"]
    assert case["shown_because"] == "sale covered by a write"
    assert len(story.report(ceiling_s=3)["double_sales"]["outside"]) == 1


@pytest.mark.parametrize("side", ["etsy", "shopify"])
def test_what_a_hand_took_off_and_a_write_put_back_no_app_can_ever_know(side: MarketName) -> None:
    """Both offers go on to show it, for however long, and no order tells of it."""
    story = opened()

    story.edits("etsy", "ring", -1)
    story.shows("etsy", "ring", 0, by="person")
    story.shows("etsy", "ring", 1, after_s=2, by="blind app over a hand")
    waiting = story.report()["waiting"]["count"]
    story.sells(side, "ring", left=0, after_s=3_600)

    told = story.report()["double_sales"]
    assert waiting == 0
    assert [case["shown_because"] for case in told["untold"]] == ["edit covered by a write"]
    assert not told["outside"]


def test_a_sale_after_such_an_edit_is_followed_as_far_as_anybody_can_know() -> None:
    """Two chains were taken off and put back, and one is sold: an app believes in four of five."""
    story = opened()

    story.edits("etsy", "chain", -2)
    story.shows("etsy", "chain", 3, by="person")
    story.shows("etsy", "chain", 5, after_s=2, by="blind app over a hand")
    story.sells("etsy", "chain", left=4, after_s=60)
    waiting = story.report()["waiting"]["count"]
    story.shows("shopify", "chain", 4, after_s=1)

    assert waiting == 1
    assert story.report()["waiting"]["count"] == 0


def test_the_same_side_selling_its_only_piece_again_after_a_raise_is_outside() -> None:
    story = opened()

    story.sells("shopify", "ring", left=0)
    story.shows("shopify", "ring", 1, after_s=1)
    story.sells("shopify", "ring", left=0, after_s=1)

    (case,) = story.report()["double_sales"]["outside"]
    assert case["second"]["market"] == "shopify"


def test_of_five_equal_chains_the_other_side_may_show_four_and_fewer() -> None:
    story = opened()

    story.sells("shopify", "chain", left=4)
    shown_five = story.report()["oversellable_now"]
    story.shows("etsy", "chain", 3, after_s=1)
    story.sells("etsy", "chain", left=2)

    told = story.report()
    assert [offer["allowed"] for offer in shown_five] == [4]
    assert told["seconds_to_lower"]["after_sales"]["count"] == 1
    assert [offer["buyable"] for offer in told["oversellable_now"]] == [4]  # Shopify, of 3 left


def test_a_sale_of_its_own_does_not_pass_for_the_other_sides_withdrawal() -> None:
    story = opened()

    story.sells("shopify", "chain", left=4)
    story.sells("etsy", "chain", left=4, after_s=1)  # 3 remain, Etsy still shows one too many

    told = story.report()
    assert told["seconds_to_lower"]["after_sales"]["count"] == 0
    assert told["waiting"]["count"] == 2


def test_a_buffer_that_already_shows_fewer_needs_no_change() -> None:
    story = opened()
    story.shows("etsy", "chain", 2)

    story.sells("shopify", "chain", left=4)

    told = story.report()
    assert told["not_measured"]["needed_no_change"] == 1
    assert told["waiting"]["count"] == 0


def test_a_restocked_piece_may_be_sold_again() -> None:
    story = opened()

    order = story.sells("shopify", "ring", left=0)
    story.shows("etsy", "ring", 0, after_s=1)
    story.cancels("shopify", "ring", order, restocked=True)
    story.shows("etsy", "ring", 1, after_s=1)
    story.sells("etsy", "ring", left=0)

    told = story.report()
    assert told["double_sales"]["outside"] == []
    assert story.truth.remaining[RING] == 0


def test_a_piece_that_did_not_come_back_may_not_be_sold_again() -> None:
    story = opened()

    order = story.sells("shopify", "ring", left=0)
    story.shows("etsy", "ring", 0, after_s=1)
    story.cancels("shopify", "ring", order, restocked=False)
    story.shows("etsy", "ring", 1, after_s=1)

    assert [offer["unit"] for offer in story.report()["oversellable_now"]] == ["ring"]


def test_a_hand_edit_on_one_side_must_show_on_the_other() -> None:
    story = opened()

    story.edits("etsy", "chain", -2)
    story.shows("etsy", "chain", 3, by="person")
    waiting = story.report()["waiting"]["count"]
    story.shows("shopify", "chain", 3, after_s=4)

    assert waiting == 1
    assert story.report()["seconds_to_lower"]["after_hand_edits"]["max"] == 4.0
    assert story.report()["seconds_to_lower"]["after_sales"]["count"] == 0


def test_a_sale_of_what_a_person_had_taken_off_the_shelf_names_the_edit() -> None:
    story = opened()

    story.edits("etsy", "ring", -1)
    story.shows("etsy", "ring", 0, by="person")
    story.sells("shopify", "ring", left=0, after_s=2)

    (case,) = story.report()["double_sales"]["inside"]
    assert (case["first"]["by"], case["first"]["order"]) == ("edit", None)


def test_a_sold_set_takes_both_its_pieces_and_a_sold_piece_takes_the_set() -> None:
    story = opened()
    story.offered("etsy", "set", 1)

    story.sells("shopify", "ring", left=0)
    story.shows("etsy", "ring", 0, after_s=1)

    (offer,) = story.report()["oversellable_now"]
    assert (offer["unit"], offer["allowed"]) == ("set", 0)

    story.sells("etsy", "set", left=0)
    assert story.truth.remaining == {RING: -1, CHAIN: 4}
    (case,) = story.report()["double_sales"]["inside"]
    assert case["piece"] == "ring"


def test_what_shopify_does_not_track_no_connector_can_lower_and_it_counts_apart() -> None:
    story = opened(tracked=False)

    story.sells("etsy", "ring", left=0)
    story.sells("shopify", "ring", left=1, after_s=100)

    cases = story.report()["double_sales"]
    assert (len(cases["untracked"]), len(cases["outside"])) == (1, 0)
    assert story.report()["not_measured"]["untracked_cannot_follow"] == 1


def test_an_app_that_touched_an_untracked_offer_answers_for_it() -> None:
    story = opened(tracked=False)
    story.shows("shopify", "ring", 1)

    story.sells("etsy", "ring", left=0)
    waiting = story.report()["waiting"]["count"]
    story.shows("shopify", "ring", 0, after_s=1)
    story.shows("shopify", "ring", 1, after_s=1)
    story.sells("shopify", "ring", left=0, after_s=1)

    assert waiting == 1
    assert len(story.report()["double_sales"]["outside"]) == 1


def test_nobody_answers_for_what_a_person_made_endless_until_it_is_counted_again() -> None:
    story = opened()
    story.sells("etsy", "ring", left=0)
    story.shows("shopify", "ring", UNLIMITED, by="person", after_s=1)
    story.sells("shopify", "ring", left=UNLIMITED, after_s=60)
    cases = story.report()["double_sales"]
    waiting = story.report()["waiting"]["count"]

    assert (len(cases["untracked"]), len(cases["outside"]), waiting) == (1, 0, 0)
    story.shows("shopify", "ring", 1, by="person", after_s=1)
    story.sells("shopify", "ring", left=0, after_s=1)
    assert len(story.report()["double_sales"]["outside"]) == 1


def test_a_shop_that_opens_showing_more_than_there_is_says_so() -> None:
    story = opened()

    story.offered("etsy", "chain", 7)

    (offer,) = story.report()["oversellable_now"]
    assert (offer["buyable"], offer["allowed"]) == (7, 5)


def test_the_diary_tells_everything_in_order_with_what_it_left_on_the_shelf() -> None:
    story = opened()

    order = story.sells("shopify", "ring", left=0)
    story.shows("etsy", "ring", 0, after_s=1)
    story.cancels("shopify", "ring", order, restocked=True)
    story.edits("etsy", "chain", -2)

    sold, bought, lowered, returned, edited = [entry.told() for entry in story.truth.diary][4:]
    assert (sold["what"], sold["order"], sold["remaining"]) == ("sold", order, {"ring": 0})
    assert (bought["by"], bought["before"], bought["buyable"]) == ("buyer", 1, 0)
    assert (lowered["by"], lowered["market"], lowered["unit"]) == ("app", "etsy", "ring")
    assert (returned["restocked"], returned["remaining"]) == (True, {"ring": 1})
    assert (edited["delta"], edited["remaining"], edited["pieces"]) == (
        -2,
        {"chain": 3},
        {"chain": 1},
    )
