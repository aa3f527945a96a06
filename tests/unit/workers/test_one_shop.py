"""Which last pieces should be on one shop only, and on which."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.support.bench import ETSY, SHOPIFY, etsy_ref, minute, open_bench, shopify_ref
from tests.support.exposed import LAST, Exposed, exposed

from peg.domain.identity import Channel, ShopId, Sku
from peg.domain.money import Money
from peg.propagation.withheld import Cause
from peg.propagation.withholding import withhold
from peg.reads.exposure_measured import Period
from peg.reads.risks import Terms, risks
from peg.workers.one_shop_rules import Alone, on_one_shop

PEARLS = Sku("PEARLS-1")
AN_HOUR = Period(since=minute(0), until=minute(60))
TERMS = Terms(cost_percent=Decimal(100), most=Decimal(0))
SELLS_BEST_ON_SHOPIFY = replace(TERMS, fees={Channel.ETSY: Decimal(90)})


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Exposed]:
    async with open_bench(tmp_path) as bench:
        yield await exposed(bench.session)


async def alone(
    story: Exposed, terms: Terms = TERMS, period: Period = AN_HOUR, *, most: str = "0"
) -> Mapping[Sku, Alone]:
    found = await risks(story.session, terms, period)
    return on_one_shop(found, Decimal(most))


async def shops(story: Exposed, terms: Terms = TERMS) -> Mapping[Sku, ShopId]:
    return {sku: one.shop for sku, one in (await alone(story, terms)).items()}


async def limit(story: Exposed, sku: Sku, off: ShopId) -> None:
    """The rule took it off this shop."""
    offer = story.offers[sku, off]
    await withhold(
        story.session, [offer], cause=Cause.EXPOSURE, about=sku, why="too much", now=minute(50)
    )


async def cost(story: Exposed) -> Decimal:
    (ring,) = [
        one for one in (await risks(story.session, TERMS, AN_HOUR)).pieces if one.sku == LAST
    ]
    assert ring.cost is not None
    return ring.cost


async def test_only_what_is_the_last_is_limited_and_to_where_it_earns_most(
    story: Exposed,
) -> None:
    by_rate, by_fees = await alone(story), await alone(story, SELLS_BEST_ON_SHOPIFY)

    assert by_rate == {LAST: Alone(ETSY, frozenset({story.offers[LAST, SHOPIFY].id}))}
    assert by_fees == {LAST: Alone(SHOPIFY, frozenset({story.offers[LAST, ETSY].id}))}


async def test_what_is_limited_stays_where_it_is_whatever_earns_more_by_now(
    story: Exposed,
) -> None:
    await limit(story, LAST, ETSY)

    assert await shops(story) == {LAST: SHOPIFY}


async def test_a_piece_does_not_come_and_go_with_each_sale(story: Exposed) -> None:
    just_more, a_tenth_more = await cost(story) + Decimal("0.000001"), await cost(story) / 9 * 10
    much_more = await cost(story) * 2

    before = [await alone(story, most=f"{most}") for most in (just_more, a_tenth_more)]
    await limit(story, LAST, ETSY)
    after = [await alone(story, most=f"{most}") for most in (just_more, a_tenth_more, much_more)]

    assert [LAST in found for found in before] == [False, False]
    assert [LAST in found for found in after] == [True, True, False]


async def test_of_what_too_little_was_measured_everything_stays_as_it_is(story: Exposed) -> None:
    strict = replace(AN_HOUR, withdrawals_min=50)

    before = await alone(story, period=strict)
    await limit(story, LAST, ETSY)

    assert before == {}
    assert LAST in await alone(story, period=strict)


async def test_what_is_withheld_still_counts_as_for_sale(story: Exposed) -> None:
    before = await cost(story)

    await limit(story, LAST, ETSY)

    assert await cost(story) == before


async def test_the_pieces_of_a_set_are_on_the_same_shop_or_it_were_nowhere(
    story: Exposed,
) -> None:
    dear, cheap = Money(30_000, "USD"), Money(100, "USD")
    await story.lists(PEARLS, 1, price=dear, etsy_price=cheap)
    apart = await shops(story)

    for offer in (story.offers[LAST, ETSY], story.offers[LAST, SHOPIFY]):
        is_etsy = offer.ref.shop == ETSY
        ref = etsy_ref("SET") if is_etsy else shopify_ref("SET", "SET-V", "SET-U")
        await story.also_on(ref, 1, LAST, PEARLS, price=dear)
    await story.settle()

    assert apart == {LAST: ETSY, PEARLS: SHOPIFY}
    assert await shops(story) == {LAST: ETSY, PEARLS: ETSY}
