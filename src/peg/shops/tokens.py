"""A shop's access token: refreshed early, by one process at a time, stored before it is used.

Etsy's refresh tokens rotate: of two processes that refresh at once, one would keep a dead token. So
a refresh needs the shop's lease. Its fencing number stands beside the grant: whoever comes back
late with an older lease finds a newer number, drops what it got and takes the newer grant.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.marketplaces.grant import Grant
from peg.marketplaces.port import (
    AccessRevoked,
    MarketplaceError,
    MarketplaceUnavailable,
    MaybeApplied,
    Throttled,
)
from peg.shops import directory, grants, leases
from peg.shops.directory import AppCredentials, Status
from peg.shops.grants import StoredGrant
from peg.shops.leases import Lease
from peg.shops.sealing import KeyRing

log = structlog.get_logger()

Renew = Callable[[Grant, AppCredentials], Awaitable[Grant]]
"""Ask the marketplace for a new grant; `AccessRevoked` when it will never give one again."""

EARLY_S = 300.0
"""A token is refreshed when it has less than this left."""

LEASE_S = 60.0
PATIENCE_S = 40.0
"""Less than the lease, so that a slow refresh ends before another process may begin one."""

ATTEMPTS_MAX = 4
POLL_S = 0.2
STILL_GOOD_S = 30.0
PASSING = (MarketplaceUnavailable, MaybeApplied, Throttled)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """Ours to refresh: the lease, what to refresh, and with whose name."""

    lease: Lease
    stored: StoredGrant
    app: AppCredentials


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unstored:
    """What the marketplace gave, until the database has taken it: asked again, it gives no more."""

    fresh: Grant
    instead_of: StoredGrant


class TokenSource:
    """The token of one shop; one instance per shop and process, shared by all its workers."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        rng: random.Random,
        ring: KeyRing,
        shop: ShopId,
        renew: Renew,
    ) -> None:
        self._database = database
        self._clock = clock
        self._rng = rng
        self._ring = ring
        self._shop = shop
        self._renew = renew
        self._lock = asyncio.Lock()
        self._refreshing: asyncio.Future[StoredGrant] | None = None
        self._known: StoredGrant | None = None
        self._unstored: _Unstored | None = None
        self._again_at = 0.0

    async def token(self) -> str:
        """A token good for five minutes or more (less only while the marketplace gives none).

        Raises:
            AccessRevoked: a person has to connect the shop again.
            MarketplaceUnavailable: the token has ended, and no new one can be had now.
        """
        known = self._known
        if known is not None and self._lasts(known.grant, EARLY_S):
            return known.grant.access_token
        if known is not None and self._clock.monotonic() < self._again_at:
            return known.grant.access_token
        return (await self._newest(refused=None)).grant.access_token

    async def refused(self, token: str) -> None:
        """The marketplace answered 401 to `token`: have another one, refreshed once for all.

        Raises:
            AccessRevoked: there will be none.
        """
        await self._newest(refused=token)

    async def _newest(self, *, refused: str | None) -> StoredGrant:
        async with self._lock:
            give_up_at = self._clock.monotonic() + LEASE_S + PATIENCE_S
            while self._clock.monotonic() < give_up_at:
                async with begin(self._database) as session:
                    found = await self._look(session, refused)
                if isinstance(found, _Turn):
                    # A caller that is cancelled must not take a rotated token down with it.
                    self._refreshing = asyncio.ensure_future(self._refresh(found, refused))
                    found = await asyncio.shield(self._refreshing)
                if found is not None:
                    self._known = found
                    return found
                await self._clock.sleep(POLL_S * (1 + self._rng.random()))
        raise MarketplaceUnavailable(
            f"another process has been refreshing the token of {self._shop} for too long"
        )

    async def _look(self, session: AsyncSession, refused: str | None) -> StoredGrant | _Turn | None:
        """A stored grant that will do, or the turn to refresh it; None: somebody else has it."""
        shop = await directory.by_id(session, self._shop)
        stored = await grants.load(session, self._ring, self._shop)
        if not shop.status.reachable or stored is None:
            raise AccessRevoked(f"{self._shop} is not connected any more: connect it again")
        if self._lasts(stored.grant, EARLY_S) and stored.grant.access_token != refused:
            return stored
        now = self._clock.now()
        lease = await leases.take(session, lease_name(self._shop), now=now, for_s=LEASE_S)
        if lease is None:
            return self._meanwhile(stored, refused)
        app = await directory.app_credentials(session, self._ring, self._shop)
        return _Turn(lease=lease, stored=stored, app=app)

    def _meanwhile(self, stored: StoredGrant, refused: str | None) -> StoredGrant | None:
        """While somebody else refreshes, or has died over it: the old token, as long as it lasts.

        A shop is not left alone for the minute that a dead process's lease goes on.
        """
        if stored.grant.access_token == refused or not self._lasts(stored.grant, STILL_GOOD_S):
            return None
        self._again_at = self._clock.monotonic() + STILL_GOOD_S / 2
        return stored

    async def _refresh(self, turn: _Turn, refused: str | None) -> StoredGrant:
        old = turn.stored.grant
        if self._unstored is not None and self._unstored.instead_of == turn.stored:
            return await self._keep(turn, self._unstored.fresh)
        try:
            fresh = await self._ask(old, turn.app)
        except AccessRevoked as error:
            return await self._revoked(turn, error)
        except MarketplaceError:
            await self._release(turn.lease)
            if refused is not None or not self._lasts(old, STILL_GOOD_S):
                raise
            log.warning("token.refresh_put_off", shop=self._shop)
            self._again_at = self._clock.monotonic() + STILL_GOOD_S / 2
            return turn.stored
        kept = fresh.refresh_token or old.refresh_token
        return await self._keep(turn, replace(fresh, refresh_token=kept))

    async def _ask(self, old: Grant, app: AppCredentials) -> Grant:
        begun = self._clock.monotonic()
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return await self._renew(old, app)
            except PASSING as error:
                waited = self._clock.monotonic() - begun
                if attempt == ATTEMPTS_MAX or waited > PATIENCE_S / 2:
                    raise
                log.info("token.refresh_retried", shop=self._shop, why=type(error).__name__)
                await self._clock.sleep(self._rng.uniform(0, 2.0**attempt))
        raise AssertionError  # the last attempt returns or raises

    async def _keep(self, turn: _Turn, fresh: Grant) -> StoredGrant:
        now, lease = self._clock.now(), turn.lease
        self._unstored = _Unstored(fresh=fresh, instead_of=turn.stored)
        async with begin(self._database) as session:
            newest = await grants.lock(session, self._ring, self._shop)
            ours = StoredGrant(grant=fresh, fencing=lease.fencing)
            if newest is not None and newest.fencing > lease.fencing:
                log.warning("token.refreshed_too_late", shop=self._shop)
                return newest
            await grants.store(session, self._ring, self._shop, ours, now=now)
            await leases.release(session, lease, now=now)
        self._unstored = None
        log.info("token.refreshed", shop=self._shop)
        return ours

    async def _revoked(self, turn: _Turn, error: AccessRevoked) -> StoredGrant:
        now = self._clock.now()
        async with begin(self._database) as session:
            newest = await grants.lock(session, self._ring, self._shop)
            await leases.release(session, turn.lease, now=now)
            if newest is not None and newest.fencing != turn.stored.fencing:
                return newest  # connected anew meanwhile: the refusal was of the former grant
            await directory.mark(session, self._shop, Status.REVOKED, str(error), now=now)
        raise error

    async def _release(self, lease: Lease) -> None:
        async with begin(self._database) as session:
            await leases.release(session, lease, now=self._clock.now())

    def _lasts(self, grant: Grant, seconds: float) -> bool:
        if grant.access_until is None:
            return True
        return (grant.access_until - self._clock.now()).total_seconds() > seconds


def lease_name(shop: ShopId) -> str:
    """The lease that a refresh of the shop's token needs."""
    return f"token:{shop}"
