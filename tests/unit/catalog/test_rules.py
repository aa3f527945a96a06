from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    NOON,
    RING,
    Bench,
    etsy_ref,
    open_bench,
    shopify_ref,
)

from peg.catalog import items, rules
from peg.catalog.items import Item
from peg.catalog.offers import Offer
from peg.catalog.rules import ALL, Rule
from peg.domain.errors import BadQuantity
from peg.domain.identity import Channel


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        new = [
            Item(sku=RING, name="a ring", one_of_a_kind=False, kind="RING"),
            Item(sku=NECKLACE, name="a necklace", one_of_a_kind=False, kind="NECK"),
        ]
        await items.open_all(bench.session, new, now=NOON)
        yield bench


async def rule_of(bench: Bench, offer: Offer) -> Rule:
    return (await rules.limits_of(bench.session, [offer]))[offer.id]


async def test_without_rules_nothing_is_kept_back(bench: Bench) -> None:
    offer = await bench.offer(etsy_ref(), RING)

    assert await rule_of(bench, offer) == Rule()


async def test_the_most_particular_rule_counts_and_only_on_its_channel(bench: Bench) -> None:
    etsy = await bench.offer(etsy_ref(), RING)
    shopify = await bench.offer(shopify_ref(), RING)
    seen = []

    for scope, buffer in ((ALL, 1), ("kind:RING", 2), (f"sku:{RING}", 0)):
        await rules.set_rule(bench.session, scope, Channel.ETSY, Rule(buffer=buffer, cap=9))
        seen.append((await rule_of(bench, etsy)).buffer)

    assert seen == [1, 2, 0]
    assert await rule_of(bench, shopify) == Rule()


async def test_a_piece_with_its_own_buffer_keeps_the_cap_of_its_kind(bench: Bench) -> None:
    offer = await bench.offer(etsy_ref(), RING)
    await rules.set_rule(bench.session, "kind:RING", Channel.ETSY, Rule(cap=2))
    await rules.set_rule(bench.session, ALL, Channel.ETSY, Rule(buffer=3, cap=9))

    await rules.set_rule(bench.session, f"sku:{RING}", Channel.ETSY, Rule(buffer=0))

    assert await rule_of(bench, offer) == Rule(buffer=0, cap=2)


async def test_a_figure_that_is_set_leaves_the_other_as_it_was(bench: Bench) -> None:
    for figures in (Rule(cap=3), Rule(buffer=1)):
        await rules.set_rule(bench.session, ALL, Channel.ETSY, figures)

    assert await rules.all_rules(bench.session) == {(ALL, Channel.ETSY): Rule(buffer=1, cap=3)}


async def test_a_limit_taken_off_leaves_what_is_wider(bench: Bench) -> None:
    offer = await bench.offer(etsy_ref(), RING)
    await rules.set_rule(bench.session, ALL, Channel.ETSY, Rule(cap=9))
    await rules.set_rule(bench.session, "kind:RING", Channel.ETSY, Rule(cap=2))

    assert await rules.drop_rule(bench.session, "kind:RING", Channel.ETSY)

    assert await rule_of(bench, offer) == Rule(cap=9)
    assert not await rules.drop_rule(bench.session, "kind:RING", Channel.ETSY)


async def test_a_set_keeps_back_as_much_as_its_strictest_part(bench: Bench) -> None:
    offer = await bench.offer(etsy_ref(), RING, NECKLACE)
    await rules.set_rule(bench.session, f"sku:{RING}", Channel.ETSY, Rule(buffer=2, cap=5))
    await rules.set_rule(bench.session, f"sku:{NECKLACE}", Channel.ETSY, Rule(buffer=1, cap=3))

    assert await rule_of(bench, offer) == Rule(buffer=2, cap=3)


async def test_a_rule_below_zero_is_refused() -> None:
    with pytest.raises(BadQuantity):
        Rule(buffer=-1)
    with pytest.raises(BadQuantity):
        Rule(cap=-1)
