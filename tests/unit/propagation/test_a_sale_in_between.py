"""Something is sold between the proof of a raise and its write: no more is shown than is left."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest
from tests.support.pushers import due, lookout, on_etsy, on_shopify
from tests.support.two_shops import CHAIN, PATIENCE, SHOPIFY, TwoShops, open_two_shops

from peg.db.transaction import begin
from peg.domain.identity import OfferId
from peg.ledger import counter
from peg.propagation.evidence import Proof
from peg.propagation.proof import Prover
from peg.propagation.retarget import retarget


class SellsBehindItsBack(Prover):
    """Proves as ever; then some chains are sold in person, and nobody has retargeted yet."""

    def __init__(self, shops: TwoShops, pieces: int) -> None:
        super().__init__(
            shops.database, shops.clock, lookout(shops), shops.polls, many=PATIENCE.many
        )
        self._here = shops
        self._pieces = pieces

    async def prove(self, wanted: Sequence[OfferId]) -> Mapping[OfferId, Proof]:
        proved = await super().prove(wanted)
        async with begin(self._here.database) as session:
            now = self._here.clock.now()
            await counter.sell(session, CHAIN, self._pieces, who="mira", now=now)
        return proved


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


@pytest.mark.parametrize("etsy", [False, True], ids=["Shopify", "Etsy"])
@pytest.mark.parametrize(("sold", "shown"), [(1, 6), (2, 5)], ids=["some left", "none left"])
async def test_what_is_sold_after_the_proof_is_not_put_on_sale(
    shops: TwoShops, *, etsy: bool, sold: int, shown: int
) -> None:
    shop = shops.etsy.market.shop if etsy else SHOPIFY
    async with begin(shops.database) as session:
        now = shops.clock.now()
        await counter.receive(session, CHAIN, 2, who="mira", now=now)
        await retarget(session, [CHAIN], now=now)

    pusher = (on_etsy if etsy else on_shopify)(shops, proving=SellsBehindItsBack(shops, sold))
    await pusher.raise_(await due(shops, shop, CHAIN))

    ref = (await shops.offer(CHAIN, shop)).ref
    market = shops.etsy.market if etsy else shops.shopify.market
    seen = await market.read([ref])
    assert sum(seen[ref].shown().values()) == shown
    assert (await shops.level(CHAIN)).available == shown
