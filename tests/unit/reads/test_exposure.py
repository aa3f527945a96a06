"""How long sold pieces stayed on sale elsewhere, and what that is expected to cost."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.support.bench import ETSY, SHOPIFY, Bench, OrderTold, line, minute, open_bench
from tests.support.exposed import BROOCH, CHAINS, LAST, Exposed, exposed

from peg.domain.errors import UnknownSku
from peg.domain.identity import Channel, Sku
from peg.domain.money import Money
from peg.ledger import cancellations
from peg.ledger.cancellations import Gives
from peg.ledger.claims import case, claims_of
from peg.reads.exposure import Exposure, exposure
from peg.reads.exposure_measured import Period
from peg.reads.risks import Terms

AN_HOUR = Period(since=minute(0), until=minute(60))
TERMS = Terms(cost_percent=Decimal(100))


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def told(
    bench: Bench, terms: Terms = TERMS, period: Period = AN_HOUR, *, sku: Sku | None = None
) -> Exposure:
    return await exposure(bench.session, terms, period, sku=sku)


async def test_each_pair_of_shops_tells_the_seconds_until_the_withdrawal(bench: Bench) -> None:
    await exposed(bench.session)

    to_shopify, to_etsy = (await told(bench)).pairs

    assert (to_shopify.sold_on, to_shopify.withdrawn_from) == (ETSY, SHOPIFY)
    assert (to_shopify.withdrawals, to_shopify.median_s, to_shopify.worst_s) == (5, 2.0, 2.0)
    assert (to_etsy.withdrawals, to_etsy.p95_s, to_etsy.mean_s) == (5, 4.0, 4.0)


async def test_the_last_piece_on_both_shops_has_its_chance_and_its_cost(bench: Bench) -> None:
    await exposed(bench.session)

    (ring,) = (await told(bench)).pieces

    bought_per_s = 5 / (3 * 3600)  # on Shopify, by its three offers on sale; on Etsy there are two
    on_etsy_per_s = 5 / (2 * 3600)
    share = bought_per_s / (bought_per_s + on_etsy_per_s)
    roughly = share * on_etsy_per_s * 4 + (1 - share) * bought_per_s * 2
    assert (ring.sku, ring.price) == (LAST, "400.00 USD")
    assert ring.chance == pytest.approx(roughly, rel=0.01)
    assert ring.cost == str(Money(round(40_000 * (ring.chance or 0)), "USD"))


async def test_what_is_on_one_shop_only_or_not_the_last_is_not_listed(bench: Bench) -> None:
    await exposed(bench.session)

    assert (await told(bench, sku=BROOCH)).pieces == []
    (chains,) = (await told(bench, sku=CHAINS)).pieces
    assert (chains.available, chains.chance is None) == (3, False)
    with pytest.raises(UnknownSku):
        await told(bench, sku=Sku("NO-SUCH"))


async def test_from_too_few_sales_nothing_is_concluded(bench: Bench) -> None:
    await exposed(bench.session, each=4)

    found = await told(bench)

    (ring,) = found.pieces
    assert (ring.chance, ring.cost, ring.why) == (None, None, "too few sales were measured")
    assert [pair.withdrawals for pair in found.pairs] == [4, 4]


async def test_sales_from_before_the_period_do_not_count(bench: Bench) -> None:
    await exposed(bench.session)

    later = replace(AN_HOUR, since=minute(5) + timedelta(seconds=1))

    assert [pair.withdrawals for pair in (await told(bench, period=later)).pairs] == [3, 2]


async def test_a_piece_of_two_currencies_has_a_chance_and_no_cost(bench: Bench) -> None:
    story = await exposed(bench.session)
    other = Sku("RING-EUR")
    await story.lists(other, 1, price=Money(1, "USD"), etsy_price=Money(1, "EUR"))

    (found,) = (await told(bench, sku=other)).pieces

    assert (found.price, found.cost) == (None, None)
    assert found.chance is not None
    assert "several currencies" in found.why


async def test_a_set_does_not_make_its_piece_dearer(bench: Bench) -> None:
    story = await exposed(bench.session)
    ref = replace(story.offers[LAST, ETSY].ref, listing="SET")
    await story.also_on(ref, 1, LAST, CHAINS, price=Money(900_000, "USD"))

    (ring,) = (await told(bench)).pieces

    assert ring.price == "400.00 USD"


async def test_the_shop_that_earns_most_with_it_comes_first(bench: Bench) -> None:
    await exposed(bench.session)
    kept = replace(TERMS, fees={Channel.ETSY: Decimal(50)})

    before, after = (await told(bench)).pieces[0], (await told(bench, kept)).pieces[0]

    assert (before.shops, after.shops) == ([ETSY, SHOPIFY], [SHOPIFY, ETSY])


async def sold_twice(story: Exposed, bench: Bench) -> None:
    """The last ring was sold on Shopify, and three seconds later on Etsy."""
    await story.sells(LAST, SHOPIFY, after_s={ETSY: 4.0})
    again = OrderTold(order="9001", shop=ETSY, created=story.sold + 3 / 60)
    twin = line(story.offers[LAST, ETSY].ref, committed=1)
    priced = replace(twin, price=Money(40_000, "USD"))
    await bench.take_in(again.told(story.sold + 1, priced), at=story.sold + 1)


async def test_a_double_sale_makes_all_pieces_of_that_pair_likelier(bench: Bench) -> None:
    story = await exposed(bench.session)
    other = Sku("RING-NEXT")
    await story.lists(other, 1)
    (before,) = (await told(bench, sku=other)).pieces

    await sold_twice(story, bench)

    found = await told(bench, sku=other)
    assert [pair.double_sales for pair in found.pairs] == [0, 1]
    assert (found.pieces[0].chance or 0) > 5 * (before.chance or 1)


async def test_a_double_sale_costs_what_past_ones_did_or_what_the_jeweller_says(
    bench: Bench,
) -> None:
    story = await exposed(bench.session)
    await sold_twice(story, bench)
    guessed = await told(bench, replace(TERMS, cost_percent=Decimal(60)))

    loser = (await claims_of(bench.session, await case(bench.session, 1)))[-1]
    gives = Gives(pieces=1, worth=loser.whole, by_hand=True)
    await cancellations.decide(
        bench.session, 1, LAST, loser, gives=gives, who="ann", now=minute(30)
    )
    (one,) = await cancellations.of_case(bench.session, 1)
    paid_back, fee = Money(40_000, "USD"), Money(2_000, "USD")
    await cancellations.book_cost(bench.session, one, paid_back=paid_back, fee=fee)

    known = await told(bench, replace(TERMS, cost_percent=Decimal(60)))
    assert (guessed.double_sale_percent, guessed.booked) == ("60", 0)
    assert (known.double_sale_percent, known.booked) == ("105", 1)
