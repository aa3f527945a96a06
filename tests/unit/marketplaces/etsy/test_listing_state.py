"""What the check after a write says, for everything that can have happened meanwhile."""

from datetime import UTC, datetime

import pytest
from tests.support.etsy_shapes import SHOP, SIZE, inventory, product, value

from peg.domain.identity import OfferRef
from peg.domain.offer import Shelf
from peg.marketplaces.etsy.listing_state import Plan, View, judge, leaves_nothing, plan, stays_off
from peg.marketplaces.etsy.translate import readings
from peg.marketplaces.port import Shown
from peg.marketplaces.seen import Seen

SEEN = Seen(begun_at=datetime(2026, 11, 23, 12, tzinfo=UTC), marketplace_at=None)
SIX = OfferRef(shop=SHOP, listing="1", variant="Ring size=6")
SEVEN = OfferRef(shop=SHOP, listing="1", variant="Ring size=7")


def view(
    six: int, seven: int, *, state: str = "active", off: bool = False, skus: str = "AB"
) -> View:
    body = inventory(
        product(1, value(SIZE, "Ring size", "6"), sku=skus[0], quantity=six, is_enabled=not off),
        product(2, value(SIZE, "Ring size", "7"), sku=skus[1], quantity=seven),
        quantity_on=(SIZE,),
    )
    read = readings(SHOP, "1", body, state, SEEN)
    return View(listing="1", state=state, inventory=body, readings=read)


def verdicts(done: Plan, after: View) -> dict[str, Shown]:
    return {one.ref.variant[-1]: one.shown for one in judge(done, after)}


def test_what_shows_its_figure_was_sent_or_did_so_already() -> None:
    done = plan(view(3, 2), {SIX: 1, SEVEN: 2})

    assert verdicts(done, view(1, 2)) == {"6": Shown.SENT, "7": Shown.ALREADY}


def test_a_sale_right_after_the_write_is_stale_and_not_a_failure() -> None:
    done = plan(view(3, 2), {SIX: 2})

    assert verdicts(done, view(1, 2)) == {"6": Shown.STALE}


@pytest.mark.parametrize("state", ["sold_out", "inactive", "edit"])
def test_a_listing_that_left_the_shelf_meanwhile_is_stale(state: str) -> None:
    done = plan(view(3, 2), {SIX: 2})

    assert verdicts(done, view(2, 2, state=state)) == {"6": Shown.STALE}


def test_a_product_that_is_gone_is_stale() -> None:
    done = plan(view(3, 2), {SIX: 2})
    only_seven = inventory(product(2, value(SIZE, "Ring size", "7"), quantity=2))
    after = View(
        listing="1",
        state="active",
        inventory=only_seven,
        readings=readings(SHOP, "1", only_seven, "active", SEEN),
    )

    assert verdicts(done, after) == {"6": Shown.STALE}


def test_an_old_figure_after_the_write_is_not_known_to_be_refused() -> None:
    done = plan(view(3, 2), {SIX: 2})

    assert verdicts(done, view(3, 2)) == {"6": Shown.UNKNOWN}


def test_a_lost_answer_is_settled_by_the_figure_and_else_stays_unknown() -> None:
    done = plan(view(3, 2), {SIX: 2}).left_unanswered()

    assert verdicts(done, view(2, 2)) == {"6": Shown.SENT}
    assert verdicts(done, view(1, 2)) == {"6": Shown.UNKNOWN}
    assert verdicts(done, view(2, 2, state="inactive")) == {"6": Shown.UNKNOWN}


def test_a_return_that_did_not_happen_is_unknown_and_one_sold_at_once_is_stale() -> None:
    done = plan(view(1, 0, state="inactive"), {SIX: 1, SEVEN: 0}).activating()

    assert verdicts(done, view(1, 0)) == {"6": Shown.SENT, "7": Shown.SENT}
    assert verdicts(done, view(1, 0, state="inactive"))["6"] is Shown.UNKNOWN
    assert verdicts(done, view(0, 0, state="sold_out"))["6"] is Shown.STALE


def test_a_product_switched_off_is_refused() -> None:
    done = plan(view(3, 2, off=True), {SIX: 1})

    assert verdicts(done, view(1, 2, off=True)) == {"6": Shown.REFUSED}


def test_what_was_set_for_the_sake_of_another_with_its_sku_is_our_own_figure() -> None:
    """Nobody took two of size 7: PEG set it to the figure of size 6."""
    done = plan(view(5, 5, skus="AA"), {SIX: 3, SEVEN: 5})

    six, seven = judge(done, view(3, 3, skus="AA"))
    off = judge(plan(view(3, 2, off=True), {SIX: 1}), view(1, 2, off=True))

    assert (six.shown, seven.shown) == (Shown.SENT, Shown.REFUSED)
    assert six.was_set
    assert seven.was_set
    assert not off[0].was_set  # it shows nothing, as before


def test_nothing_is_left_only_when_every_offer_of_the_listing_is_at_zero() -> None:
    assert leaves_nothing(view(3, 2), {SIX: 0, SEVEN: 0})
    assert not leaves_nothing(view(3, 2), {SIX: 0})  # nobody decided about the other: it stays
    assert leaves_nothing(view(3, 0, off=True), {})


def test_nothing_is_left_of_two_products_with_one_sku_once_one_is_sold() -> None:
    """Etsy would take a zero for both or for none: the listing comes off sale."""
    assert leaves_nothing(view(1, 5, skus="AA"), {SIX: 0, SEVEN: 5})
    assert not leaves_nothing(view(1, 5), {SIX: 0, SEVEN: 5})


def test_a_piece_kept_off_sale_by_another_with_its_sku_is_told_of() -> None:
    off = view(0, 5, skus="AA", state="inactive")

    results = {one.ref: one for one in stays_off(off, {SIX: 0, SEVEN: 5}, "stays withdrawn")}

    assert results[SIX].shown is Shown.ALREADY
    assert results[SEVEN].shown is Shown.REFUSED
    assert "Give each product a SKU of its own" in results[SEVEN].sentence


def test_offers_of_another_listing_cannot_be_decided_here() -> None:
    with pytest.raises(ValueError, match="not of listing 1"):
        plan(view(3, 2), {OfferRef(shop=SHOP, listing="2", variant=""): 1})


def test_the_shelf_of_a_plan_is_where_the_listing_stood() -> None:
    done = plan(view(1, 0, state="edit"), {SIX: 1})

    assert (done.shelf, done.activating().shelf) == (Shelf.WITHDRAWN, Shelf.LISTED)
    assert done.body is None
