"""Etsy's OAuth: the consent page, and tokens for codes and refresh tokens.

Access tokens last an hour; refresh tokens 90 days, and each use gives a new one.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

import httpx2

from peg.marketplaces.calls import ask_outside
from peg.marketplaces.etsy import answers
from peg.marketplaces.grant import Grant
from peg.marketplaces.port import AccessRevoked, MarketplaceUnavailable, MaybeApplied, RemoteGone

TIMEOUT_S = 10.0
REFRESH_LASTS = timedelta(days=90)


def consent_url(
    site: str,
    *,
    keystring: str,
    redirect_uri: str,
    scopes: Sequence[str],
    state: str,
    verifier: str,
) -> str:
    """Where the seller's browser is sent. `verifier` itself stays here; its hash travels."""
    query = {
        "response_type": "code",
        "client_id": keystring,
        "redirect_uri": redirect_uri,
        "scope": " ".join(scopes),
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    return f"{site}/oauth/connect?{urlencode(query)}"


def challenge(verifier: str) -> str:
    """PKCE's S256: base64url of the SHA-256 without padding (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def exchange_code(
    http: httpx2.AsyncClient,
    api: str,
    *,
    keystring: str,
    code: str,
    verifier: str,
    redirect_uri: str,
    now: datetime,
) -> Grant:
    """A grant for the code that the browser brought back.

    Raises:
        AccessRevoked: the code is wrong, used or too old.
    """
    form = {
        "grant_type": "authorization_code",
        "client_id": keystring,
        "redirect_uri": redirect_uri,
        "code": code,
        "code_verifier": verifier,
    }
    try:
        return await _grant(http, api, form, now=now)
    except AccessRevoked as cause:
        raise AccessRevoked(
            "Etsy takes that code no more: it was used already, or is too old. Begin the connection"
            " again by `peg connect etsy`"
        ) from cause


async def refresh(
    http: httpx2.AsyncClient, api: str, *, keystring: str, refresh_token: str, now: datetime
) -> Grant:
    """A new grant; the refresh token used may be dead from now on.

    Raises:
        AccessRevoked: the refresh token is revoked, used up or older than 90 days.
        MaybeApplied: no answer came: another one may have been given out.
    """
    form = {
        "grant_type": "refresh_token",
        "client_id": keystring,
        "refresh_token": refresh_token,
    }
    return await _grant(http, api, form, now=now)


async def _grant(
    http: httpx2.AsyncClient, api: str, form: Mapping[str, str], *, now: datetime
) -> Grant:
    url = f"{api}/v3/public/oauth/token"
    asking = http.post(url, data=dict(form), timeout=TIMEOUT_S)
    answer = await ask_outside("etsy token", asking, of=api, lost=MaybeApplied)
    try:
        body = answers.body_of(answer)
    except RemoteGone as cause:  # of a listing it would mean that it was deleted
        raise MarketplaceUnavailable(f"Etsy's token server is not where it was: {cause}") from cause
    return Grant(
        access_token=answers.text(body, "access_token"),
        access_until=now + timedelta(seconds=answers.whole(body, "expires_in")),
        refresh_token=answers.text(body, "refresh_token"),
        refresh_until=now + REFRESH_LASTS,
        scopes=frozenset(str(body.get("scope") or "").split()),
    )
