"""When a write may be undone: only while it stands, and only as far as the book allows."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.clocks import MONDAY_NOON
from tests.support.two_shops import SHOPIFY

from peg.domain.identity import OfferId
from peg.propagation.written import KeptWrite
from peg.reconciliation.undo_rules import Scene, Undoing, judge

RAISED = KeptWrite(
    id=7,
    offer=OfferId(1),
    shop=SHOPIFY,
    place="A",
    attempt="k",
    before=5,
    quantity=7,
    written_at=MONDAY_NOON,
    undone=None,
)
STANDS = Scene(write=RAISED, newest=7, shows=7, is_sure=True, allowed=7, sku="CHAIN-1")


def test_what_stood_there_before_is_put_back_where_the_book_allows_more() -> None:
    verdict = judge(STANDS)

    assert verdict.undoing is Undoing.PUT_BACK
    assert "shows 5 again" in verdict.sentence
    assert "`peg undo 7 --take-back`" in verdict.sentence


def test_what_the_book_allows_anyway_is_only_driven_to() -> None:
    lowered = replace(RAISED, before=7, quantity=5)

    verdict = judge(replace(STANDS, write=lowered, shows=5))

    assert verdict.undoing is Undoing.AS_THE_BOOK


def test_a_sold_piece_is_never_put_back_on_sale() -> None:
    sold = replace(RAISED, before=1, quantity=0)

    verdict = judge(replace(STANDS, write=sold, shows=0, allowed=0, why=("1 held",)))

    assert verdict.undoing is Undoing.REFUSED
    assert "1 stood there before, and the book allows 0 now (1 held)" in verdict.sentence
    assert "`peg count CHAIN-1" in verdict.sentence


@pytest.mark.parametrize(
    ("scene", "undoing", "words"),
    [
        (replace(STANDS, newest=9), Undoing.REFUSED, "write 9 changed the same figure later"),
        (replace(STANDS, shows=6), Undoing.REFUSED, "it shows 6, and the write had left 7"),
        (replace(STANDS, shows=None), Undoing.REFUSED, "keeps no figure there any more"),
        (replace(STANDS, allowed=None), Undoing.REFUSED, "keeps no figure there any more"),
        (replace(STANDS, changed=("price",)), Undoing.REFUSED, "beside the quantities (price)"),
        (
            replace(STANDS, parked=True, write=replace(RAISED, before=9)),
            Undoing.REFUSED,
            "took it off sale",
        ),
        (replace(STANDS, is_sure=False), Undoing.NOT_NOW, "try again soon"),
        (
            replace(STANDS, write=replace(RAISED, undone=MONDAY_NOON)),
            Undoing.ALREADY,
            "undone already",
        ),
    ],
)
def test_a_write_that_no_longer_stands_as_it_was_left_is_let_be(
    scene: Scene, undoing: Undoing, words: str
) -> None:
    verdict = judge(scene)

    assert verdict.undoing is undoing
    assert words in verdict.sentence


@given(
    before=st.integers(0, 9),
    quantity=st.integers(0, 9),
    shows=st.integers(0, 9),
    allowed=st.integers(0, 9),
)
def test_no_undo_shows_more_than_the_book_allows(
    before: int, quantity: int, shows: int, allowed: int
) -> None:
    write = replace(RAISED, before=before, quantity=quantity)

    verdict = judge(replace(STANDS, write=write, shows=shows, allowed=allowed))

    if verdict.undoing.acts:
        assert before <= allowed
        assert shows == quantity
