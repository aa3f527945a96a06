"""Consents, codes and tokens: OAuth 2 with mandatory PKCE and refresh tokens that rotate."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from marketsim.clock import MarketClock
from marketsim.etsy.credentials import CALLBACKS, KEYSTRING, SCOPES, USER_ID
from marketsim.etsy.refusals import Refusal, oauth, refused
from marketsim.faults import Faults

CODE_LASTS = timedelta(minutes=10)
ACCESS_LASTS_S = 3_600
KEPT_AFTER_EXPIRY = timedelta(days=1)
REFRESH_LASTS = timedelta(days=90)
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")


@dataclass(slots=True, kw_only=True)
class Consent:
    """One seller's yes to the app; everything given out under it dies when it is revoked."""

    scopes: frozenset[str]
    revoked: bool = False


@dataclass(slots=True, kw_only=True)
class Code:
    """What the browser brings back, good once."""

    consent: Consent
    redirect_uri: str
    challenge: str
    until: datetime


@dataclass(slots=True, kw_only=True)
class Token:
    """An access or a refresh token."""

    consent: Consent
    until: datetime
    used: bool = False


@dataclass(slots=True)
class Grants:
    """All that was given out.

    `issued`: every token and code that ever was, dead ones too.
    """

    clock: MarketClock
    faults: Faults
    rng: Random
    callbacks: set[str] = field(default_factory=lambda: set(CALLBACKS))
    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, Token] = field(default_factory=dict)
    refreshes: dict[str, Token] = field(default_factory=dict)
    issued: set[str] = field(default_factory=set)

    def consent(self, *, scopes: Iterable[str], redirect_uri: str, challenge: str) -> str:
        """The seller says yes; returns the code."""
        code = self._random(48)
        self.issued.add(code)
        self.codes[code] = Code(
            consent=Consent(scopes=frozenset(scopes)),
            redirect_uri=redirect_uri,
            challenge=challenge,
            until=self.clock.now() + CODE_LASTS,
        )
        return code

    def by_hand(self, scopes: Iterable[str] = SCOPES) -> dict[str, object]:
        """Tokens without a browser, as the portal gives them out."""
        return self._tokens(Consent(scopes=frozenset(scopes)))

    def exchange(
        self, *, client_id: str, code: str, verifier: str, redirect_uri: str
    ) -> dict[str, object]:
        """Tokens for a code.

        Raises:
            Refusal: anything of it is wrong; a code that failed once is dead.
        """
        self._check_client(client_id)
        if not VERIFIER.match(verifier):
            raise _invalid_request("code_verifier must be 43 to 128 unreserved characters")
        found = self.codes.pop(code, None)
        if found is None or found.until < self.clock.now():
            raise _invalid_grant("code is invalid or has expired")
        if redirect_uri != found.redirect_uri:
            raise _invalid_grant("redirect_uri does not match the one of the authorization")
        if not hmac.compare_digest(challenge_of(verifier), found.challenge):
            raise _invalid_grant("code_verifier does not match the code_challenge")
        return self._tokens(found.consent)

    def refresh(self, *, client_id: str, refresh_token: str) -> dict[str, object]:
        """New tokens for a refresh token, which is dead from now on.

        Raises:
            Refusal: it is unknown, used up, too old or revoked, or the endpoint is broken.
        """
        self._check_client(client_id)
        if self.faults.strikes("etsy.refresh_500"):
            raise refused(500, "Internal server error")
        found = self.refreshes.get(refresh_token)
        if found is None:
            raise _invalid_grant("refresh_token is invalid")
        if self.faults.strikes("etsy.grant_revoked"):
            found.consent.revoked = True
        if found.consent.revoked or (
            found.used and not self.faults.strikes("etsy.old_refresh_lives")
        ):
            raise _invalid_grant("refresh_token is revoked")
        if found.until < self.clock.now():
            raise _invalid_grant("refresh_token has expired")
        found.used = True
        return self._tokens(found.consent)

    def allow_only(self, scopes: Iterable[str]) -> None:
        """From now on every token may do this and no more."""
        for token in (*self.access.values(), *self.refreshes.values()):
            token.consent.scopes = frozenset(scopes)

    def revoke_all(self) -> None:
        """The seller changes the password: every consent is gone."""
        for token in (*self.access.values(), *self.refreshes.values()):
            token.consent.revoked = True

    def scopes_of(self, access_token: str) -> frozenset[str]:
        """What a token may do.

        Raises:
            Refusal: 401, it is unknown, expired or revoked.
        """
        token = self.access.get(access_token)
        if token is None or token.consent.revoked:
            raise oauth(401, "invalid_token", "access token is unknown or was revoked")
        if token.until <= self.clock.now():
            raise oauth(401, "invalid_token", "access token is expired")
        return token.consent.scopes

    def _tokens(self, consent: Consent) -> dict[str, object]:
        now = self.clock.now()
        kept = now - KEPT_AFTER_EXPIRY
        self.access = {name: it for name, it in self.access.items() if it.until > kept}
        access, refresh = (f"{USER_ID}.{self._random(64)}" for _ in range(2))
        self.issued |= {access, refresh}
        self.access[access] = Token(consent=consent, until=now + timedelta(seconds=ACCESS_LASTS_S))
        self.refreshes[refresh] = Token(consent=consent, until=now + REFRESH_LASTS)
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": ACCESS_LASTS_S,
            "refresh_token": refresh,
        }

    def _check_client(self, client_id: str) -> None:
        if client_id != KEYSTRING:
            raise oauth(401, "invalid_client", "client_id is not a known keystring")

    def _random(self, size: int) -> str:
        return base64.urlsafe_b64encode(self.rng.randbytes(size)).decode().rstrip("=")


def challenge_of(verifier: str) -> str:
    """PKCE's S256: base64url of the SHA-256, without padding (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _invalid_grant(description: str) -> Refusal:
    return oauth(400, "invalid_grant", description)


def _invalid_request(description: str) -> Refusal:
    return oauth(400, "invalid_request", description)
