"""Very many offers of a shop would go up at once: a person is asked before any of them does.

A shop of sixty shows thirty chains, five of each; the counts say six, or whatever was typed in.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.bench import SHOPIFY, Bench, minute
from tests.support.sixty_offers import CHAINS, SixtyOffers, open_sixty_offers, ref_of, sku

from peg.catalog import mirror, offers
from peg.domain.identity import OfferId
from peg.domain.offer import ANYWHERE, Shelf
from peg.intake.many import Many
from peg.ledger import questions
from peg.propagation import board, many_raises
from peg.propagation.attempts import record_write
from peg.propagation.many_raises import MANY_RAISES
from peg.propagation.retarget import retarget

MANY = Many()


@dataclass(slots=True)
class Counting:
    """Somebody counts the shelf, and what that sets in motion."""

    shop: SixtyOffers
    many: Many = MANY
    minutes: float = 0

    @property
    def bench(self) -> Bench:
        return self.shop.bench

    async def counts(self, numbers: range, *, more: int) -> None:
        """So many more of each are on the shelf than the book knew."""
        for number in numbers:
            await self.bench.post(sku(number), on_hand=more)
        await self.retargets(numbers)

    async def retargets(self, numbers: range) -> None:
        now = minute(self.minutes)
        await retarget(self.bench.session, [sku(number) for number in numbers], now=now)

    async def stopped(self) -> int:
        now = minute(self.minutes)
        found = await many_raises.stopped(self.bench.session, SHOPIFY, many=self.many, now=now)
        return len(found)

    async def raises(self, numbers: range) -> None:
        """PEG has raised these, by one each."""
        now = minute(self.minutes)
        standings = await board.standings(self.bench.session, await self.ids(numbers))
        for offer, standing in standings.items():
            await record_write(
                self.bench.session,
                offer=offer,
                place=ANYWHERE,
                attempt="1",
                before=5,
                quantity=6,
                standing=standing,
                now=now,
            )
            await mirror.note_seen(self.bench.session, offer, ANYWHERE, 6)
            await board.shown(self.bench.session, offer, 2, outcome="shown", now=now)

    async def ids(self, numbers: range) -> list[OfferId]:
        refs = [ref_of(number) for number in numbers]
        return [one.id for one in (await offers.by_refs(self.bench.session, refs)).values()]

    async def asked(self) -> list[str]:
        return [one.sentence for one in await self.shop.asked()]


@pytest.fixture
async def counting(tmp_path: Path) -> AsyncIterator[Counting]:
    async with open_sixty_offers(tmp_path) as shop:
        counting = Counting(shop)
        everything = range(len(await offers.everything(shop.bench.session)))
        await counting.retargets(everything)
        for one in await board.behind(shop.bench.session, SHOPIFY):
            await board.shown(shop.bench.session, one.offer, 1, outcome="shown", now=minute(0))
        yield counting


async def test_a_count_that_raises_half_a_shop_is_asked_about_and_stops(
    counting: Counting,
) -> None:
    await counting.counts(range(CHAINS), more=10)

    assert await counting.stopped() == CHAINS
    (asked,) = await counting.asked()
    assert "30 of 60 offers" in asked
    assert "from 5 to 15" in asked
    assert [one["name"] for one in await counting.bench.news("alert.raised")] == ["many_raises"]


async def test_without_that_all_of_it_would_go_out(counting: Counting) -> None:
    counting.many = Many(offers_min=10_000)

    await counting.counts(range(CHAINS), more=10)

    assert await counting.stopped() == 0


async def test_a_delivery_of_a_dozen_pieces_goes_up_as_ever(counting: Counting) -> None:
    await counting.counts(range(12), more=1)

    assert await counting.stopped() == 0
    assert await counting.asked() == []


async def test_raises_one_after_the_other_are_as_many(counting: Counting) -> None:
    await counting.counts(range(15), more=1)
    await counting.raises(range(15))
    counting.minutes = 5

    await counting.counts(range(15, 21), more=1)

    assert await counting.stopped() == 6


async def test_after_a_while_they_are_forgotten(counting: Counting) -> None:
    await counting.counts(range(15), more=1)
    await counting.raises(range(15))
    counting.minutes = 11

    await counting.counts(range(15, 21), more=1)

    assert await counting.stopped() == 0


async def test_lowering_is_nothing_to_ask_about(counting: Counting) -> None:
    await counting.counts(range(CHAINS), more=-3)

    assert await counting.stopped() == 0


async def test_what_etsy_has_as_sold_out_is_not_among_them(counting: Counting) -> None:
    for offer in await counting.ids(range(CHAINS)):
        await mirror.note_shelf(counting.bench.session, offer, Shelf.SOLD_OUT)

    await counting.counts(range(CHAINS), more=1)

    assert await counting.stopped() == 0


async def test_once_asked_even_a_few_wait(counting: Counting) -> None:
    await counting.counts(range(CHAINS), more=1)
    await counting.stopped()
    counting.minutes = 60

    await counting.counts(range(25), more=-1)

    assert await counting.stopped() == 5


async def test_the_question_falls_away_when_the_count_is_put_right(counting: Counting) -> None:
    await counting.counts(range(CHAINS), more=1)
    await counting.stopped()

    await counting.counts(range(CHAINS), more=-1)
    await many_raises.look_again(counting.bench.session, many=MANY, now=minute(1))

    assert await counting.asked() == []


async def test_what_a_person_allows_goes_up_and_no_further(counting: Counting) -> None:
    await counting.counts(range(CHAINS), more=1)
    await counting.stopped()
    await allows(counting)

    at_once = await counting.stopped()
    await counting.counts(range(CHAINS), more=1)

    assert (at_once, await counting.stopped()) == (0, CHAINS)


async def test_what_a_person_allowed_is_allowed_for_a_day(counting: Counting) -> None:
    await counting.counts(range(CHAINS), more=1)
    await counting.stopped()
    await allows(counting)
    counting.minutes = 24 * 60 + 1

    assert await counting.stopped() == CHAINS


async def test_the_jeweller_hears_of_it_once(counting: Counting) -> None:
    await counting.counts(range(CHAINS), more=1)
    await counting.stopped()
    await counting.counts(range(CHAINS, CHAINS + 5), more=1)
    await counting.stopped()

    (asked,) = await counting.asked()
    assert "35 of 60 offers" in asked
    assert len(await counting.bench.news("alert.raised")) == 1


async def allows(counting: Counting) -> None:
    session, now = counting.bench.session, minute(counting.minutes)
    (asked,) = await questions.open_questions(session, MANY_RAISES)
    await questions.answer(session, asked.id, many_raises.RAISE, who="mira", now=now)
    await many_raises.clear_shop(session, SHOPIFY, now=now)
