"""Shopify's OAuth: where to send the browser, what comes back, and tokens."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2

from peg.marketplaces.calls import ask_outside
from peg.marketplaces.grant import Grant
from peg.marketplaces.http import FROZEN, frozen
from peg.marketplaces.port import (
    AccessRevoked,
    BadCallback,
    MarketplaceError,
    MarketplaceUnavailable,
    NoToken,
    UnexpectedAnswer,
)

SHOP_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com\Z", re.ASCII)
CALLBACK_AGE_S_MAX = 90
_SECONDS = re.compile(r"\d{1,15}\Z", re.ASCII)
TIMEOUT_S = 10.0
_CODE_SPENT = frozenset({"invalid_request", "invalid_grant"})
_PASSING = frozenset({408, 425, 429, 430})


def authorize_url(
    shop_url: str, *, client_id: str, redirect_uri: str, scopes: Sequence[str], state: str
) -> str:
    """Where the owner's browser is sent to consent."""
    query = {
        "client_id": client_id,
        "scope": ",".join(scopes),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{shop_url}/admin/oauth/authorize?{urlencode(query)}"


def verify_callback(
    query: Mapping[str, str], *, client_secret: str, shop_domain: str, now: datetime
) -> str:
    """The code of a callback that Shopify has signed, for the shop that began.

    Raises:
        BadCallback: wrong signature, another shop, or more than 90 s old.
    """
    signed = "&".join(
        f"{name}={query[name]}" for name in sorted(query) if name not in {"hmac", "signature"}
    )
    digest = hmac.new(client_secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(digest.encode(), query.get("hmac", "").encode()):
        raise BadCallback("the answer was not signed by Shopify: begin the connection again")
    if not SHOP_DOMAIN.match(query.get("shop", "")) or query["shop"] != shop_domain:
        raise BadCallback(f"the answer is for another shop than {shop_domain}: begin again")
    told = query.get("timestamp", "")
    if not _SECONDS.match(told) or abs(now.timestamp() - int(told)) > CALLBACK_AGE_S_MAX:
        raise BadCallback("the answer is too old: begin the connection again")
    if not query.get("code"):
        raise BadCallback("the answer holds no code: begin the connection again")
    return query["code"]


async def exchange_code(
    http: httpx2.AsyncClient,
    shop_url: str,
    *,
    client_id: str,
    client_secret: str,
    code: str,
    now: datetime,
) -> Grant:
    """Tokens for a code."""
    form = {"client_id": client_id, "client_secret": client_secret, "code": code, "expiring": "1"}
    return await _ask(http, shop_url, form, now)


async def client_credentials(
    http: httpx2.AsyncClient, shop_url: str, *, client_id: str, client_secret: str, now: datetime
) -> Grant:
    """A token for the app's own shop; it lasts a day and has no refresh token."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
    }
    return await _ask(http, shop_url, form, now)


async def refresh(
    http: httpx2.AsyncClient,
    shop_url: str,
    *,
    client_id: str,
    client_secret: str,
    refresh_token: str | None,
    now: datetime,
) -> Grant:
    """A new token: by the refresh token, or by the client's own credentials where there is none."""
    if refresh_token is None:
        return await client_credentials(
            http, shop_url, client_id=client_id, client_secret=client_secret, now=now
        )
    form = {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "client_secret": client_secret,
        "refresh_token": refresh_token,
    }
    return await _ask(http, shop_url, form, now)


async def _ask(
    http: httpx2.AsyncClient, shop_url: str, form: Mapping[str, str], now: datetime
) -> Grant:
    asking = http.post(
        f"{shop_url}/admin/oauth/access_token",
        data=dict(form),
        headers={"Accept": "application/json"},
        timeout=TIMEOUT_S,
    )
    response = await ask_outside("shopify token", asking, of=shop_url)
    if not response.is_success:
        raise _refusal(shop_url, response, of_code="code" in form)
    return _grant(response, now)


def _grant(response: httpx2.Response, now: datetime) -> Grant:
    try:
        told: Any = response.json()
        token = str(told["access_token"])
    except (ValueError, KeyError, TypeError) as cause:
        raise UnexpectedAnswer("Shopify's token endpoint gave no token") from cause
    return Grant(
        access_token=token,
        access_until=_until(told.get("expires_in"), now),
        refresh_token=told.get("refresh_token"),
        refresh_until=_until(told.get("refresh_token_expires_in"), now),
        scopes=frozenset(str(told.get("scope", "")).replace(",", " ").split()),
    )


def _until(seconds: Any, now: datetime) -> datetime | None:
    return now + timedelta(seconds=seconds) if isinstance(seconds, int | float) else None


def _refusal(shop_url: str, response: httpx2.Response, *, of_code: bool) -> MarketplaceError:
    """The named error behind an answer without a token.

    Access has ended only where OAuth says so in its own words. A closed shop, a firewall's page or
    a moment's failure says nothing about it, and a connection ended by one would stay ended.
    """
    status, said = response.status_code, _oauth_error(response)
    if status in FROZEN:
        return frozen(shop_url, status)
    if status in {400, 401} and said:
        return AccessRevoked(_ended(said, of_code=of_code))
    if status == 404:
        return MarketplaceUnavailable(
            f"there is no shop at {shop_url} now: is its name right? PEG asks again"
        )
    if status >= 500 or status in _PASSING:
        return MarketplaceUnavailable(f"{shop_url} gives no token just now ({status})")
    return NoToken(
        f"{shop_url} gives no token ({status}), and does not say that access has ended: does"
        " something on the way block it, such as a firewall? PEG asks again"
    )


def _oauth_error(response: httpx2.Response) -> str:
    try:
        told = response.json()
    except ValueError:
        return ""
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, str) else ""


def _ended(error: str, *, of_code: bool) -> str:
    """What a person is told to do; a `code` bore a signature by the right secret, and was spent."""
    if error == "shop_not_permitted":
        return (
            "the app and the shop are not in one organisation: use an app of the shop's own"
            " organisation, or connect with the browser"
        )
    if of_code and error in _CODE_SPENT:
        return (
            "Shopify takes that code no more: it was used already, or is too old. Begin the"
            " connection again by `peg connect shopify`"
        )
    return (
        f"Shopify refuses the app's credentials ({error[:80]}): check the client id and secret, and"
        " connect the shop again by `peg connect shopify`"
    )
