"""Whose a token is and what it may do: asked once, when a shop is connected."""

from dataclasses import dataclass

import httpx2

from peg.marketplaces.calls import ask_outside
from peg.marketplaces.etsy.answers import Json, body_of, text, whole
from peg.marketplaces.etsy.app import App
from peg.marketplaces.port import MarketplaceError, MissingScope

TIMEOUT_S = 10.0
_NEEDS_SCOPE = {
    "listings_r": "/shops/{shop}/listings?limit=1",
    "transactions_r": "/shops/{shop}/receipts?limit=1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The shop a token is for."""

    shop: str
    name: str
    currency: str


class Newcomer:
    """A token that was just given, before there is a shop to call for."""

    def __init__(self, http: httpx2.AsyncClient, api: str, *, app: App, token: str) -> None:
        self._http = http
        self._origin = api
        self._api = f"{api}/v3/application"
        self._token = token
        self._key = app.headers()
        self._headers = self._key | {"authorization": f"Bearer {token}"}

    async def told_scopes(self) -> frozenset[str] | None:
        """What the token may do, as Etsy tells it: all at once, and the right to write too.

        Etsy's document names the call and nothing of its answer: None, where it is unlike what is
        read here, or does not come. Then it is found out by trying.
        """
        asked = {"token": self._token}
        asking = self._http.post(
            f"{self._api}/scopes", data=asked, headers=self._key, timeout=TIMEOUT_S
        )
        try:
            told = body_of(await ask_outside("POST /scopes", asking, of=self._origin)).get("scopes")
        except MarketplaceError:
            return None
        if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
            return None
        return frozenset(told)

    async def owner(self) -> Owner:
        """Whose token this is.

        Raises:
            MissingScope: not even `shops_r` was granted.
            Refused: the keystring or the shared secret is wrong.
        """
        shop_id = whole(await self._get("/users/me"), "shop_id")
        shop = await self._get(f"/shops/{shop_id}")
        return Owner(
            shop=str(shop_id),
            name=text(shop, "shop_name"),
            currency=text(shop, "currency_code"),
        )

    async def refused_scopes(self, shop: str) -> frozenset[str]:
        """Scopes to read that were not granted, found out by reading: Etsy does not tell them."""
        refused = set()
        for scope, path in _NEEDS_SCOPE.items():
            try:
                await self._get(path.format(shop=shop))
            except MissingScope:
                refused.add(scope)
        return frozenset(refused)

    async def _get(self, path: str) -> Json:
        asking = self._http.get(self._api + path, headers=self._headers, timeout=TIMEOUT_S)
        return body_of(await ask_outside(f"GET {path}", asking, of=self._origin))
