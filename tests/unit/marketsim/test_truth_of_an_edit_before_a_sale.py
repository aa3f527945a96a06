"""A hand took one off, nobody heard of it, and another is sold: each takes its own time."""

from tests.support.story import opened


def test_a_sale_is_followed_as_soon_as_the_other_side_shows_as_many_fewer() -> None:
    story = opened()

    story.edits("shopify", "chain", -1)
    story.shows("shopify", "chain", 4, by="person")
    story.sells("shopify", "chain", left=3, after_s=5)
    story.shows("etsy", "chain", 4, after_s=1)

    told = story.report()
    assert told["seconds_to_lower"]["after_sales"]["max"] == 1.0
    assert told["waiting"]["count"] == 1  # for the edit
    story.shows("etsy", "chain", 3, after_s=60)
    told = story.report()
    assert told["seconds_to_lower"]["after_hand_edits"]["max"] == 5 + 1 + 60
    assert told["seconds_to_lower"]["after_sales"]["count"] == 1
    assert told["waiting"]["count"] == 0


def test_a_sale_after_an_edit_that_was_followed_is_followed_only_by_one_fewer_still() -> None:
    story = opened()

    story.edits("shopify", "chain", -1)
    story.shows("shopify", "chain", 4, by="person")
    story.shows("etsy", "chain", 4, after_s=3)
    story.sells("shopify", "chain", left=3, after_s=3)
    story.shows("etsy", "chain", 4, after_s=10, by="app")
    story.shows("etsy", "chain", 3, after_s=52)

    told = story.report()["seconds_to_lower"]
    assert told["after_hand_edits"]["max"] == 3.0
    assert told["after_sales"]["max"] == 62.0
