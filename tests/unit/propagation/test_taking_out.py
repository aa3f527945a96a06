"""A shop is asked for a part of an order once for each decision, whatever it answers."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from random import Random

import pytest
from tests.support.bench import RING, SHOPIFY, open_book
from tests.support.clocks import StandingClock
from tests.support.sold_twice import sold_twice

from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.money import Money
from peg.ledger import cancellations, claims
from peg.ledger.cancellations import Cancellation, Gives
from peg.marketplaces.port import Shown
from peg.marketplaces.writers import Asked, PaidBack, Payment
from peg.propagation.taking_out import ASKED_A_MOMENT_AGO, KEY_LIVES, PartTaker

NO_ANSWER = Asked(shown=Shown.UNKNOWN, sentence="no answer")
REFUSED = Asked(shown=Shown.REFUSED, sentence="not enough funds")
SENT = Asked(shown=Shown.SENT)

Heard = tuple[str, Sequence[Payment]]


class ShopThatAnswers:
    """Answers each request by the next of some answers; each time another sum would be due."""

    def __init__(self, *answers: Asked) -> None:
        self._answers = list(answers)
        self._reckoned = 0
        self.heard: list[Heard] = []

    async def cancel_order(self, order: str, *, note: str) -> Asked:
        raise AssertionError(f"order {order} was to be cancelled whole: {note}")

    async def paid_back(self, order: str) -> Money:
        raise AssertionError(order)

    async def payments_for(self, order: str, units: Mapping[str, int]) -> Sequence[Payment]:
        del order, units
        self._reckoned += 1
        return [Payment(parent="p1", gateway="card", amount=Money(self._reckoned, "USD"))]

    async def take_out(
        self,
        order: str,
        units: Mapping[str, int],
        payments: Sequence[Payment],
        *,
        note: str,
        key: str,
    ) -> Asked:
        assert (order, units) == ("1001", {"1": 1})
        assert note.endswith("(case 1, 1)")
        self.heard.append((key, payments))
        return self._answers.pop(0)

    async def paid_back_with(self, order: str, note: str) -> PaidBack | None:
        raise AssertionError(order, note)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """One order of a ring gives it up."""
    async with open_book(tmp_path) as database:
        async with begin(database) as session:
            await sold_twice(session)
            case = await claims.case(session, 1)
            (loser,) = [it for it in await claims.claims_of(session, case) if it.shop == SHOPIFY]
            gives = Gives(pieces=1, keeps_the_rest=True, units={"1": 1})
            now = StandingClock().now()
            await cancellations.decide(session, 1, RING, loser, gives=gives, who="mira", now=now)
        yield database


async def as_it_is(database: Database) -> Cancellation:
    async with reading(database) as session:
        (one,) = await cancellations.of_case(session, 1)
    return one


async def asks(
    database: Database, shop: ShopThatAnswers, *, clock: StandingClock, after_s: float = 0
) -> Asked:
    """A command asks, so long after whatever was asked before."""
    clock.pass_(after_s)
    taker = PartTaker(database, clock, {SHOPIFY: shop}, rng=Random(clock.monotonic()))
    return await taker.ask(await as_it_is(database))


async def test_what_is_asked_stands_in_the_book_before_it_is_sent(database: Database) -> None:
    shop = ShopThatAnswers(NO_ANSWER)

    await asks(database, shop, clock=StandingClock())

    one = await as_it_is(database)
    assert one.sent_at is not None
    assert one.attempt is not None
    assert [key for key, _ in shop.heard] == [one.attempt["key"]]


async def test_what_got_no_answer_is_asked_again_word_for_word(database: Database) -> None:
    shop, clock = ShopThatAnswers(NO_ANSWER, SENT), StandingClock()

    await asks(database, shop, clock=clock)
    await asks(database, shop, clock=clock, after_s=3600)

    first, second = shop.heard
    assert first == second


async def test_what_was_refused_is_reckoned_and_asked_anew(database: Database) -> None:
    shop, clock = ShopThatAnswers(REFUSED, SENT), StandingClock()

    await asks(database, shop, clock=clock)
    await asks(database, shop, clock=clock, after_s=1)

    (first, paid), (second, paid_then) = shop.heard
    assert first != second
    assert paid != paid_then


@pytest.mark.parametrize(("after_s", "anew"), [(5, False), (90, True)])
async def test_a_refusal_while_the_first_request_may_still_run_gives_up_no_key(
    database: Database, after_s: float, *, anew: bool
) -> None:
    """It may be of the key alone: with another one the money would go twice."""
    shop, clock = ShopThatAnswers(NO_ANSWER, REFUSED, SENT), StandingClock()

    await asks(database, shop, clock=clock)
    refused = await asks(database, shop, clock=clock, after_s=after_s)
    await asks(database, shop, clock=clock, after_s=1)

    first, second, third = (key for key, _ in shop.heard)
    assert first == second
    assert (third != first) is anew
    assert refused.sentence.endswith(ASKED_A_MOMENT_AGO) is not anew


async def test_a_key_that_the_shop_has_forgotten_is_not_used_again(database: Database) -> None:
    shop, clock = ShopThatAnswers(NO_ANSWER, SENT), StandingClock()

    await asks(database, shop, clock=clock)
    await asks(database, shop, clock=clock, after_s=KEY_LIVES.total_seconds())

    first, second = (key for key, _ in shop.heard)
    assert first != second


async def test_a_command_that_knew_nothing_of_another_asks_what_that_asked(
    database: Database,
) -> None:
    shop, clock = ShopThatAnswers(NO_ANSWER, SENT), StandingClock()
    taker = PartTaker(database, clock, {SHOPIFY: shop}, rng=Random(1))
    as_both_read_it = await as_it_is(database)

    await taker.ask(as_both_read_it)
    await taker.ask(as_both_read_it)

    first, second = shop.heard
    assert first == second


async def test_nothing_is_asked_for_what_was_seen_done_meanwhile(database: Database) -> None:
    shop, clock = ShopThatAnswers(), StandingClock()
    before = await as_it_is(database)
    async with begin(database) as session:
        await cancellations.change(session, before.id, ended_at=clock.now())

    asked = await PartTaker(database, clock, {SHOPIFY: shop}, rng=Random(1)).ask(before)

    assert (asked.shown, shop.heard) == (Shown.ALREADY, [])
