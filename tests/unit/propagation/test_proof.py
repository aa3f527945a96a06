"""The proof of a raise by itself: each leg that is missing refuses it; without that leg it goes.

Five chains are on both shops. Two more come in, so that Shopify should show seven.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select
from tests.support.bench import NOON
from tests.support.jeweller import Jeweller, open_jeweller
from tests.support.shop_window import ShopWindow

from peg.catalog import offers
from peg.db.transaction import begin, reading
from peg.domain.identity import OfferId, OfferRef, ShopId, Sku
from peg.intake.brake import MANY_CHANGED
from peg.intake.looking import Lookout, Seen
from peg.intake.many import Many
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.ledger import counter, questions
from peg.marketplaces.port import Marketplace
from peg.propagation import board, evidence
from peg.propagation.evidence import LEGS, Leg, Proof
from peg.propagation.figures import FigurePusher
from peg.propagation.proof import Prover
from peg.propagation.tables import attempts

CHAIN = Sku("CHAIN-5")


class Remembering(Lookout):
    """Looks once, and tells of that look ever after."""

    seen: Seen | None = None

    async def look_where_possible(self, wanted: Iterable[OfferId], *, urgent: bool = False) -> Seen:
        if self.seen is None:
            self.seen = await super().look_where_possible(wanted, urgent=urgent)
        return self.seen


class Deaf(Polls):
    """Says that the orders were taken in, and asks for none."""

    async def poll(self, shop: ShopId) -> None:
        del shop


@dataclass(frozen=True, slots=True)
class Chains:
    """The shops, and the parts of PEG that prove and raise."""

    here: Jeweller
    on_shopify: OfferRef
    on_etsy: OfferRef
    lookout: Lookout
    polls: Polls

    @property
    def etsy(self) -> ShopWindow:
        return self.here.etsy

    async def raises(self, *without: Leg) -> list[tuple[int, int]]:
        """Receive two chains and raise what may be: the figures written to Shopify.

        A proof has no such legs as it is made `without`.
        """
        here = self.here
        async with begin(here.database) as session:
            await counter.receive(session, CHAIN, 2, who="mira", now=here.clock.now())
        await here.retarget(CHAIN)
        async with reading(here.database) as session:
            waiting = await board.dirty(session, here.shopify.shop, now=here.clock.now())
        legs = [leg for leg in LEGS if leg not in without]
        await FigurePusher(
            here.shopify.shop,
            here.shopify,
            here.database,
            here.clock,
            Random(1),
            lookout=self.lookout,
            prover=Prover(
                here.database, here.clock, self.lookout, self.polls, many=Many(), legs=legs
            ),
        ).raise_(waiting)
        return [(write.basis, write.quantity) for write in here.shopify.written]


Spoil = Callable[[Chains], Awaitable[Chains]]


@pytest.fixture
async def chains(tmp_path: Path) -> AsyncIterator[Chains]:
    async with open_jeweller(tmp_path) as here:
        on_shopify, on_etsy = here.shopify.show(CHAIN, 5), here.etsy.show(CHAIN, 5)
        await here.imports()
        here.clock.pass_(60)
        here.shopify.now = here.etsy.now = here.clock.now()
        parts = (here.database, here.clock, doors(here), Patience())
        polls = Polls(*parts)
        yield Chains(here, on_shopify, on_etsy, Lookout(*parts, polls=polls), polls)


def doors(here: Jeweller) -> dict[ShopId, Marketplace]:
    return {here.shopify.shop: here.shopify, here.etsy.shop: here.etsy}


async def etsy_cannot_be_read(chains: Chains) -> Chains:
    chains.etsy.silent = {"read"}
    return chains


async def both_were_read_before(chains: Chains) -> Chains:
    here = chains.here
    parts = (here.database, here.clock, doors(here), Patience())
    lookout = Remembering(*parts, polls=chains.polls)
    await lookout.look_where_possible([OfferId(1), OfferId(2)])
    here.clock.pass_(1)
    return Chains(here, chains.on_shopify, chains.on_etsy, lookout, chains.polls)


async def one_is_sold_on_etsy_while_it_is_read(chains: Chains) -> Chains:
    async def sell() -> None:
        chains.etsy.sell(chains.on_etsy)
        await chains.polls.poll(chains.etsy.shop)

    chains.etsy.before_read = sell
    return chains


async def one_is_missing_on_etsy(chains: Chains) -> Chains:
    chains.etsy.sell(chains.on_etsy)
    chains.etsy.orders.clear()
    return chains


async def etsys_orders_cannot_be_read(chains: Chains) -> Chains:
    chains.etsy.silent = {"orders"}
    return chains


async def nobody_asks_for_orders(chains: Chains) -> Chains:
    here = chains.here
    polls = Deaf(here.database, here.clock, doors(here), Patience())
    return Chains(here, chains.on_shopify, chains.on_etsy, chains.lookout, polls)


async def very_many_changed_on_etsy(chains: Chains) -> Chains:
    async with begin(chains.here.database) as session:
        await questions.ask(
            session,
            kind=MANY_CHANGED,
            subject=chains.etsy.shop,
            sentence="?",
            evidence={},
            options=(),
            default="",
            now=chains.here.clock.now(),
        )
    return chains


MISSING: dict[Leg, list[Spoil]] = {
    evidence.was_read: [etsy_cannot_be_read],
    evidence.was_read_for_this: [both_were_read_before],
    evidence.nothing_moved_meanwhile: [one_is_sold_on_etsy_while_it_is_read],
    evidence.is_explained: [one_is_missing_on_etsy],
    evidence.orders_came_after: [etsys_orders_cannot_be_read, nobody_asks_for_orders],
    evidence.shop_is_believed: [very_many_changed_on_etsy],
}
EACH = [
    pytest.param(leg, spoil, id=spoil.__name__) for leg, ways in MISSING.items() for spoil in ways
]


def test_each_leg_has_its_story_here() -> None:
    assert list(MISSING) == list(LEGS)


async def test_a_raise_with_all_its_legs_goes_out(chains: Chains) -> None:
    assert await chains.raises() == [(5, 7)]


@pytest.mark.parametrize(("leg", "spoil"), EACH)
async def test_a_raise_whose_proof_lacks_a_leg_does_not(
    chains: Chains, leg: Leg, spoil: Spoil
) -> None:
    assert await (await spoil(chains)).raises() == []


@pytest.mark.parametrize(("leg", "spoil"), EACH)
async def test_without_that_leg_it_does(chains: Chains, leg: Leg, spoil: Spoil) -> None:
    ((basis, quantity),) = await (await spoil(chains)).raises(leg)

    assert basis == 5
    assert quantity > 5


async def test_what_a_raise_stood_on_is_kept_beside_it(chains: Chains) -> None:
    await chains.raises()

    now = chains.here.clock.now().isoformat()
    async with reading(chains.here.database) as session:
        (kept,) = (await session.scalars(select(attempts.c.proof))).all()
        found = await offers.by_refs(session, [chains.on_shopify, chains.on_etsy])
    ours, theirs = (str(found[ref].id) for ref in (chains.on_shopify, chains.on_etsy))
    assert kept == {
        ours: {
            "begun_at": now,
            "readings": {ours: now, theirs: now},
            "orders": {chains.here.shopify.shop: now, chains.etsy.shop: now},
        }
    }


@pytest.mark.parametrize(("silent", "raised"), [(set(), [(5, 7)]), ({"orders"}, [])])
async def test_of_what_is_not_counted_only_the_orders_tell(
    chains: Chains, silent: set[str], raised: list[tuple[int, int]]
) -> None:
    chains.etsy.ticks(chains.on_etsy, tracked=False)
    await chains.lookout.look([OfferId(1), OfferId(2)])
    chains.etsy.set_by_hand(chains.on_etsy, 99)
    chains.etsy.silent = silent

    assert await chains.raises() == raised


async def test_what_is_sold_on_at_zero_is_a_witness_like_any_other(chains: Chains) -> None:
    chains.etsy.ticks(chains.on_etsy, oversells=True)

    assert await (await one_is_missing_on_etsy(chains)).raises() == []


def test_a_proof_is_good_for_two_minutes() -> None:
    proof = Proof(begun_at=NOON, readings={}, orders={})

    assert proof.is_good(NOON + timedelta(minutes=2))
    assert not proof.is_good(NOON + timedelta(minutes=2, seconds=1))
