"""PEG with its doors: what speaks to marketplaces, built from the ground up."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx2

from peg.domain.identity import ShopId
from peg.intake.many import Many
from peg.intake.never_sold import OrdersNeverSold
from peg.intake.patience import Patience
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy.quota import Quotas
from peg.marketplaces.hints import SignatureCheck
from peg.onboarding.deciding import Decider
from peg.onboarding.importing import Importer
from peg.shops.connect.desk import Desk
from peg.shops.sealing import KeyRing
from peg.wiring.doors import OpenShop, hint_readers, open_http, open_shops, signatures
from peg.wiring.engine import Engine, build_engine
from peg.wiring.ground import Ground
from peg.wiring.keys import load_ring


@dataclass(frozen=True, slots=True, kw_only=True)
class Peg:
    """One process's PEG; shops are opened anew by each `shops()`."""

    ground: Ground
    ring: KeyRing
    http: httpx2.AsyncClient
    calls: CallLog
    quotas: Quotas
    patience: Patience
    desk: Desk

    async def engine(self) -> Engine:
        """The engine for the shops that are connected now. Nothing runs before its tasks do."""
        shops = await self.shops()
        return build_engine(
            self.ground,
            shops.values(),
            self.calls,
            self.patience,
            signatures=await self.signatures(),
            ring=self.ring,
        )

    async def shops(self) -> Mapping[ShopId, OpenShop]:
        """The shops that are connected now, each behind a fresh door."""
        return await open_shops(self.ground, self.ring, self.http, self.calls, self.quotas)

    async def signatures(self) -> Mapping[ShopId, SignatureCheck]:
        """Whose webhooks are believed now."""
        return await signatures(self.ground, self.ring)

    def importer(self, engine: Engine) -> Importer:
        """What reads the engine's shops into the book."""
        return Importer(
            self.ground.database,
            self.ground.clock,
            engine.doors,
            polls=engine.polls,
            patience=self.patience,
        )

    def orders_never_sold(self, engine: Engine) -> OrdersNeverSold:
        """What gives back the pieces of an order that a person names and its shop never had."""
        return OrdersNeverSold(
            self.ground.database,
            self.ground.clock,
            engine.doors,
            polls=engine.polls,
            readers=hint_readers(self.ground),
            patience=self.patience,
        )

    def decider(self, engine: Engine) -> Decider:
        """What acts on a person's word about which offers are the same piece."""
        return Decider(self.ground.database, self.ground.clock, engine.doors, polls=engine.polls)


@asynccontextmanager
async def open_peg(ground: Ground, *, patience: Patience | None = None) -> AsyncIterator[Peg]:
    """Open the keys and the line to the marketplaces; close the line at the end.

    Raises:
        BadKey: what should seal tokens is no key.
        KeysExposed: others can read the key file.
    """
    ring = load_ring(ground.settings)
    settings = ground.settings
    many = Many(offers_min=settings.many_offers, share=settings.many_share)
    async with open_http() as http:
        yield Peg(
            ground=ground,
            ring=ring,
            http=http,
            calls=CallLog(ground.metrics),
            quotas=Quotas(ground.clock),
            patience=replace(patience or Patience(), many=many),
            desk=Desk(
                database=ground.database,
                clock=ground.clock,
                ring=ring,
                http=http,
                shopify_url=settings.shopify_url,
                etsy_url=settings.etsy_url,
                etsy_consent_url=settings.consent_url,
            ),
        )
