"""Access tokens, refresh tokens and authorization codes of the one app on the one shop."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from marketsim.clock import MarketClock

CLIENT_CREDENTIALS_S = 86_399
EXPIRING_ACCESS_S = 3_600
REFRESH_S = 90 * 86_400
RETRY_S = 30 * 86_400
CODE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One access token with what it may do and when it ends (None: never)."""

    access_token: str
    scopes: frozenset[str]
    expires_at: datetime | None = None
    refresh_token: str | None = None
    refresh_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """A pair that was refreshed: its refresh token may be tried again while nobody uses the new.

    An app whose answer was lost has nothing else. It ends with the first use of the replacement,
    30 days after its own first use, or with its own life.
    """

    grant: Grant
    replaced_by: Grant
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code: used once, within a minute, for the address it was given to."""

    code: str
    scopes: frozenset[str]
    expires_at: datetime


class Tokens:
    """Hands out tokens and knows which are alive."""

    def __init__(self, clock: MarketClock, rng: Random, strikes: Callable[[str], bool]) -> None:
        self._clock = clock
        self._rng = rng
        self._strikes = strikes
        self._grants: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}
        self._retired: dict[str, Retired] = {}
        self._codes: dict[str, Code] = {}
        self.issued: set[str] = set()
        """Every token and code that was ever given out, dead ones too."""

    def grant(
        self, scopes: frozenset[str], *, lives_s: int | None, refreshable: bool = False
    ) -> Grant:
        """A new access token; earlier ones live on."""
        now = self._clock.now()
        granted = Grant(
            access_token=self._secret("shpat_"),
            scopes=scopes,
            expires_at=None if lives_s is None else now + timedelta(seconds=lives_s),
            refresh_token=self._secret("shprt_") if refreshable else None,
            refresh_expires_at=now + timedelta(seconds=REFRESH_S) if refreshable else None,
        )
        self._grants[granted.access_token] = granted
        if granted.refresh_token:
            self._by_refresh[granted.refresh_token] = granted
        return granted

    def refresh(self, refresh_token: str) -> Grant | None:
        """Rotate: the old access token dies at once. None for a dead or unknown refresh token.

        A refresh token that was used before is good again until its replacement is used; what was
        given out for it before dies then.
        """
        now = self._clock.now()
        tried = self._retired.get(refresh_token)
        old = tried.grant if tried else self._by_refresh.get(refresh_token)
        if old is None:
            return None
        if self._strikes("refresh_race"):
            self.revoke((tried.replaced_by if tried else old).access_token)
        until = tried.until if tried else _retry_until(old, now)
        if until <= now:
            return None
        fresh = self.grant(old.scopes, lives_s=EXPIRING_ACCESS_S, refreshable=True)
        self._retired[refresh_token] = Retired(grant=old, replaced_by=fresh, until=until)
        return fresh

    def find(self, access_token: str) -> Grant | None:
        """The grant behind a token that is alive."""
        granted = self._grants.get(access_token)
        over = granted and granted.expires_at and granted.expires_at <= self._clock.now()
        return None if over and self._strikes("tokens_expire") else granted

    def new_code(self, scopes: frozenset[str]) -> str:
        """An authorization code for these scopes."""
        code = self._secret("")
        expires_at = self._clock.now() + timedelta(seconds=CODE_S)
        self._codes[code] = Code(code=code, scopes=scopes, expires_at=expires_at)
        return code

    def take_code(self, code: str) -> Code | None:
        """Use a code up."""
        found = self._codes.pop(code, None)
        return found if found and found.expires_at > self._clock.now() else None

    def revoke(self, access_token: str) -> None:
        """This token is dead, and with it its refresh token and the one it was got for."""
        granted = self._grants.pop(access_token, None)
        if granted and granted.refresh_token:
            self._by_refresh.pop(granted.refresh_token, None)
        self._retired = {
            token: it
            for token, it in self._retired.items()
            if it.replaced_by.access_token != access_token
        }

    def allow_only(self, scopes: Iterable[str]) -> None:
        """From now on every token may do this and no more."""
        allowed = frozenset(scopes)
        for kept in (self._grants, self._by_refresh):
            kept.update({token: replace(it, scopes=allowed) for token, it in kept.items()})
        self._retired = {
            token: replace(it, grant=replace(it.grant, scopes=allowed))
            for token, it in self._retired.items()
        }

    def revoke_all(self) -> None:
        """Every token is dead."""
        self._grants.clear()
        self._by_refresh.clear()
        self._retired.clear()
        self._codes.clear()

    def _secret(self, prefix: str) -> str:
        secret = f"{prefix}{self._rng.getrandbits(128):032x}"
        self.issued.add(secret)
        return secret


def _retry_until(used: Grant, now: datetime) -> datetime:
    """How long a refresh token used now for the first time can be tried again."""
    ends_at = used.refresh_expires_at or now
    return min(ends_at, now + timedelta(seconds=RETRY_S))
