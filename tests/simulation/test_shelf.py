"""Whoever counts the shelf sees what both shops and the book agree to be wrong about."""

import sqlite3
from collections.abc import Collection

import pytest
from tests.simulation.shelf import differences, raised_too_high
from tests.support.story import CHAIN, RING, Story, opened

from marketsim.market import OfferChanged

NAMES = {str(RING): "R", str(CHAIN): "C"}


def book(
    *, rings: int, chains: int = 5, asked: Collection[str] = (), may_be: Collection[str] = ()
) -> sqlite3.Connection:
    """What PEG would allow of each, what a person is asked about, and what a line may be."""
    known = sqlite3.connect(":memory:")
    known.executescript(
        """
        CREATE TABLE positions (sku, on_hand, committed, reserved, safety_stock, suspended);
        CREATE TABLE questions (kind, subject, options, answered_at);
        CREATE TABLE cases (sku, closed_at);
        CREATE TABLE suspense (sku, closed_at);
        CREATE TABLE holds (sku, ended_at);
        CREATE TABLE components (offer, sku);
        """
    )
    levels = [("R", rings + 1, 1, 0, 0, 0), ("C", chains, 0, 0, 0, 0)]
    known.executemany("INSERT INTO positions VALUES (?, ?, ?, ?, ?, ?)", levels)
    questions = [("increase", subject, "[]") for subject in asked]
    questions += [("which_piece", "1", f'["{sku}", "S"]') for sku in may_be]
    known.executemany("INSERT INTO questions VALUES (?, ?, ?, NULL)", questions)
    known.execute("INSERT INTO components VALUES (7, 'R')")
    return known


def differ(story: Story, known: sqlite3.Connection, cancelled: Collection[str] = ()) -> list[str]:
    return list(differences(known, story.truth, NAMES, cancelled=cancelled))


def test_a_book_that_allows_what_lies_there_is_right() -> None:
    assert not differ(opened(), book(rings=1))


def test_a_sale_that_is_not_in_the_book_is_seen() -> None:
    story = opened()
    story.sells("shopify", "ring", left=0)

    assert differ(story, book(rings=1)) == ["the book allows 1 of R, there are 0"]


def test_a_sale_that_counted_twice_is_seen() -> None:
    story = opened()
    story.sells("shopify", "chain", left=4)

    assert differ(story, book(rings=1, chains=3)) == ["the book allows 3 of C, there are 4"]


@pytest.mark.parametrize("subject", ["R", "7"])
def test_fewer_are_right_where_a_person_is_asked_of_the_item_or_an_offer(subject: str) -> None:
    assert differ(opened(), book(rings=0))
    assert not differ(opened(), book(rings=0, asked=[subject]))


def test_fewer_are_right_where_a_line_may_have_taken_the_item() -> None:
    assert not differ(opened(), book(rings=0, may_be=["R"]))


def test_more_are_wrong_whoever_is_asked() -> None:
    assert differ(opened(), book(rings=2, asked=["R"]))


def test_etsy_does_not_tell_that_a_refunded_piece_came_back() -> None:
    story = opened()
    order = story.sells("etsy", "chain", left=4)
    story.cancels("etsy", "chain", order, restocked=True)

    assert not differ(story, book(rings=1, chains=4))
    assert differ(story, book(rings=1, chains=4), cancelled=[order])


def test_a_piece_typed_in_soon_after_a_write_may_be_a_covered_sale() -> None:
    story = opened()
    story.shows("etsy", "chain", 4)
    story.edits("etsy", "chain", 1)

    assert not differ(story, book(rings=1))
    assert differ(opened(), book(rings=1, chains=4))


def newest(story: Story) -> OfferChanged:
    happening = story.truth.diary[-1].happening
    assert isinstance(happening, OfferChanged)
    return happening


def test_a_raise_above_the_shelf_is_one_though_nobody_buys() -> None:
    story = opened()
    story.sells("shopify", "ring", left=0)
    story.shows("etsy", "ring", 0, after_s=1)
    story.shows("etsy", "ring", 1, after_s=120)

    assert raised_too_high(story.truth, newest(story))


def test_a_raise_may_cross_a_sale_elsewhere() -> None:
    story = opened()
    story.shows("etsy", "ring", 0)
    story.sells("shopify", "ring", left=0, after_s=60)
    story.shows("etsy", "ring", 1, after_s=5)

    assert not raised_too_high(story.truth, newest(story))


def test_a_raise_never_covers_a_sale_of_the_very_offer() -> None:
    story = opened()
    story.sells("shopify", "chain", left=3, quantity=2)
    story.sells("etsy", "chain", left=4, after_s=1)
    story.shows("shopify", "chain", 4, after_s=1)

    assert raised_too_high(story.truth, newest(story))


def test_what_lies_there_may_be_shown() -> None:
    story = opened()
    order = story.sells("shopify", "chain", left=4)
    story.shows("etsy", "chain", 4, after_s=1)
    story.cancels("shopify", "chain", order, restocked=True)
    story.shows("etsy", "chain", 5, after_s=1)

    assert not raised_too_high(story.truth, newest(story))
    story.shows("etsy", "chain", 3, after_s=1)
    assert not raised_too_high(story.truth, newest(story))
