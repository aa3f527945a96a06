"""What the doctor asks the shops: token, scopes, orders, clock, webhooks."""

from collections.abc import Sequence
from datetime import timedelta

from peg.catalog import offers
from peg.db.transaction import reading
from peg.domain.errors import PegError
from peg.domain.moment import for_people
from peg.intake import inbox, public_address
from peg.reads.shops import ShopRow
from peg.reads.shops import shops as all_shops
from peg.shops import directory
from peg.shops.scopes import NEEDED
from peg.wiring.alone import is_running
from peg.wiring.doors import OpenShop
from peg.wiring.engine import Engine
from peg.wiring.findings import Finding, State
from peg.wiring.peg import Peg

CLOCKS_APART_MAX = timedelta(seconds=120)
"""Etsy's webhooks are refused when they seem more than five minutes away from now."""


async def shops(peg: Peg) -> Sequence[Finding]:
    """Every shop, connected or not any more."""
    async with reading(peg.ground.database) as session:
        known = await all_shops(session)
    if not known:
        return [Finding(State.LOOK, "shops", "none is connected: `peg connect shopify`, … `etsy`")]
    engine = await peg.engine()
    findings = [_out_of_reach(one) for one in known if one.id not in engine.shops]
    for shop in engine.shops.values():
        findings += await _shop(peg, engine, shop)
    return findings


def _out_of_reach(shop: ShopRow) -> Finding:
    if shop.status == directory.Status.DISCONNECTED:
        return Finding(State.WELL, shop.id, f"{shop.status_sentence}: what it shows is its own")
    return Finding(State.BAD, shop.id, shop.status_sentence or "revoked: connect it again")


async def _shop(peg: Peg, engine: Engine, shop: OpenShop) -> Sequence[Finding]:
    name = shop.shop.id
    if shop.shop.status is directory.Status.FROZEN:
        return [Finding(State.BAD, name, shop.shop.status_sentence)]
    lost = [
        use for scope, use in NEEDED[shop.shop.channel].items() if scope not in shop.shop.scopes
    ]
    findings = [Finding(State.BAD, name, f"not granted: {'; '.join(lost)}")] if lost else []
    try:
        await shop.tokens.token()
        await engine.polls.poll(name)
        findings.append(Finding(State.WELL, name, "reachable, token good, orders read just now"))
        findings += await _clock(peg, shop)
    except PegError as error:
        findings.append(Finding(State.BAD, name, str(error)))
    return [*findings, await _webhooks(peg, engine, shop)]


async def _clock(peg: Peg, shop: OpenShop) -> Sequence[Finding]:
    """How far the marketplace's clock is from ours, by one reading."""
    async with reading(peg.ground.database) as session:
        known = await offers.all_of_shop(session, shop.shop.id)
    present = [offer.ref for offer in known if not offer.gone][:1]
    for one in (await shop.marketplace.read(present)).values() if present else ():
        if one.marketplace_at is None:
            continue
        apart = one.marketplace_at - peg.ground.clock.now()
        if abs(apart) > CLOCKS_APART_MAX:
            sentence = f"its clock and ours are {apart.total_seconds():+.0f} s apart: set this one"
            return [Finding(State.BAD, shop.shop.id, sentence)]
    return []


_OFF = "off, only polls: set PEG_PUBLIC_URL where `peg run` starts, to follow in seconds"


async def _public_url(peg: Peg) -> str | None:
    """Where the shops reach the PEG that runs; where none does, the one that would run from here.

    The doctor's own shell tells nothing of the one that `peg run` was started from.
    """
    async with reading(peg.ground.database) as session:
        kept = await public_address.kept(session)
    settings = peg.ground.settings
    return kept if is_running(settings) else settings.public_url or kept


async def _webhooks(peg: Peg, engine: Engine, shop: OpenShop) -> Finding:
    name = f"{shop.shop.id} webhooks"
    if await _public_url(peg) is None:
        return Finding(State.LOOK, name, _OFF)
    if shop.shop.id not in engine.signatures:
        words = "not believed: enter their secret with `peg connect webhook-secret`"
        return Finding(State.LOOK, name, words)
    async with reading(peg.ground.database) as session:
        newest = await inbox.newest_at(session, shop.shop.id)
    if newest is None:
        return Finding(State.LOOK, name, "none has arrived yet")
    return Finding(State.WELL, name, f"the newest arrived {for_people(newest)}")
