"""The drafted message to a buyer tells what is known, and no more."""

from datetime import timedelta

from tests.support.clocks import MONDAY_NOON

from peg.domain.claim import Claim, Stands
from peg.domain.identity import ShopId
from peg.domain.money import Money
from peg.reads.case_message import Loses, message

PIECE = "the ruby ring"


def loser(*, paid: bool = True, keeps_the_rest: bool = False) -> Loses:
    claim = Claim(
        shop=ShopId("etsy:1001"),
        order="2002",
        name="#2002",
        created_at=MONDAY_NOON,
        heard_at=None,
        paid=paid,
        stands=Stands.WAITS,
        waiting=1,
    )
    return Loses(claim=claim, pays_back=Money(18_000, "USD"), keeps_the_rest=keeps_the_rest)


def written(lost: Loses, *, after_s: float = 4) -> str:
    others = [MONDAY_NOON + timedelta(seconds=after_s)]
    return message(lost, PIECE, others=others, instead=[])


def test_it_names_the_order_and_its_day_and_what_happened() -> None:
    told = written(loser())

    assert "your order #2002 of 23 November 2026" in told
    assert f"{PIECE}: another customer bought it at nearly the same time" in told
    assert "one of these" not in told


def test_a_sale_of_another_day_is_not_called_nearly_the_same_time() -> None:
    assert "it was sold to another customer." in written(loser(), after_s=86_400)


def test_no_money_is_promised_to_who_has_not_paid() -> None:
    told = written(loser(paid=False))

    assert "back" not in told
    assert "I will cancel your order." in told


def test_who_ordered_other_pieces_too_keeps_those() -> None:
    told = written(loser(keeps_the_rest=True))
    unpaid = written(loser(keeps_the_rest=True, paid=False))

    assert "what you paid for it, 180.00 USD; the rest of your order stays as it is" in told
    assert "I will take it out of your order; the rest of that stays as it is." in unpaid
    assert "cancel" not in told + unpaid
