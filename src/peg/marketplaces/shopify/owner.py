"""Whose a token is and what it may do: asked once, when a store is connected."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from peg.marketplaces.calls import ask_outside
from peg.marketplaces.http import FROZEN, frozen
from peg.marketplaces.port import (
    MarketplaceUnavailable,
    Refused,
    UnexpectedAnswer,
)
from peg.marketplaces.shopify import API_VERSION
from peg.marketplaces.shopify.documents import documents

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The store a token is for, and what was granted."""

    domain: str
    name: str
    currency: str
    scopes: frozenset[str]


async def owner_of(http: httpx2.AsyncClient, shop_url: str, *, token: str) -> Owner:
    """Ask the store itself.

    Raises:
        Refused: it does not take the token.
        ShopFrozen: the marketplace has closed it.
        MarketplaceUnavailable: it gives no answer, or is throttled.
    """
    asking = http.post(
        f"{shop_url}/admin/api/{API_VERSION}/graphql.json",
        json={"query": documents()["ShopInfo"]},
        headers={"X-Shopify-Access-Token": token},
        timeout=TIMEOUT_S,
    )
    response = await ask_outside("ShopInfo", asking, of=shop_url)
    if response.status_code in FROZEN:
        raise frozen(shop_url, response.status_code)
    if 400 <= response.status_code < 429:
        raise Refused(f"Shopify does not take the new token ({response.status_code})")
    try:
        return _owner(response.json()["data"])
    except (ValueError, KeyError, TypeError) as cause:
        # Throttled answers are 200 without data: asked again like any other failure in passing.
        if response.is_success and b"THROTTLED" not in response.content:
            raise UnexpectedAnswer("Shopify does not say whose the token is") from cause
        raise MarketplaceUnavailable(f"Shopify failed ({response.status_code})") from cause


def _owner(data: Mapping[str, Any]) -> Owner:
    shop, scopes = data["shop"], data["currentAppInstallation"]["accessScopes"]
    return Owner(
        domain=str(shop["myshopifyDomain"]),
        name=str(shop["name"]),
        currency=str(shop["currencyCode"]),
        scopes=frozenset(str(one["handle"]) for one in scopes),
    )
