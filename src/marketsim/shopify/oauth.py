"""OAuth: the consent page, the code and the token endpoint, and the end of it all.

Consent for practice: `GET /admin/oauth/authorize` shows a page with one button; with `auto=1` among
its parameters, or the header `X-Practice-Consent: auto`, it consents at once.
"""

import base64
import hashlib
import hmac
from collections.abc import Collection, Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from marketsim.broken import BrokenAnswer
from marketsim.shopify.counts import Counts
from marketsim.shopify.credentials import (
    CLIENT_ID,
    CLIENT_SECRET,
    DEFAULT_SCOPES,
    SCOPES,
    SHOP,
    SHOP_DOMAIN,
    SHOP_NAME,
)
from marketsim.shopify.shop import Shop
from marketsim.shopify.tokens import CLIENT_CREDENTIALS_S, EXPIRING_ACCESS_S, Grant

_PAGE = """<!doctype html><meta charset="utf-8"><title>Install {app}</title>
<h1>{shop}</h1><p>This app wants to: {scopes}</p>
<form method="get" action="/admin/oauth/authorize">{fields}
<button name="auto" value="1">Install app</button></form>"""


class OAuth:
    """The shop's OAuth addresses."""

    def __init__(self, shop: Shop, counts: Counts) -> None:
        self._shop = shop
        self._counts = counts

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/admin/oauth/authorize", self.authorize),
            Route("/admin/oauth/access_token", self.token, methods=["POST"]),
            Route("/admin/api_permissions/current.json", self.uninstall, methods=["DELETE"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """Ask the owner; consent sends the browser back with a code."""
        given = request.query_params
        complaint = _wrong_request(given, self._shop.callbacks)
        if complaint is not None:
            return HTMLResponse(f"<h1>Oauth error</h1><p>{escape(complaint)}</p>", 400)
        scopes = _scopes(given.get("scope", ""))
        if given.get("auto") != "1" and request.headers.get("x-practice-consent") != "auto":
            return HTMLResponse(_consent_page(given, scopes))
        self._counts.oauth["authorize"] += 1
        back = {
            "code": self._shop.tokens.new_code(frozenset(scopes)),
            "host": base64.b64encode(f"admin.shopify.com/store/{SHOP}".encode()).decode(),
            "shop": SHOP_DOMAIN,
            "state": given.get("state", ""),
            "timestamp": str(int(self._shop.clock.now().timestamp())),
        }
        back["hmac"] = callback_hmac(back)
        target = given["redirect_uri"]
        joint = "&" if urlsplit(target).query else "?"
        return RedirectResponse(f"{target}{joint}{urlencode(back)}", 302)

    async def token(self, request: Request) -> Response:
        """Give a token for a code, for client credentials or for a refresh token."""
        if self._shop.strikes("connection_dropped"):
            return BrokenAnswer()
        given = await _body(request)
        kind = given.get("grant_type", "authorization_code")
        self._counts.oauth[kind] += 1
        answer = self._answer(kind, given)
        return BrokenAnswer() if self._shop.strikes("response_lost") else answer

    def _answer(self, kind: str, given: Mapping[str, str]) -> Response:
        right = hmac.compare_digest(given.get("client_secret", ""), CLIENT_SECRET)
        if given.get("client_id") != CLIENT_ID or not right:
            return _refused("invalid_client", "Client authentication failed.", 401)
        if kind == "client_credentials":
            return self._client_credentials()
        if kind == "refresh_token":
            refreshed = self._shop.tokens.refresh(given.get("refresh_token", ""))
            if refreshed is None:
                return _refused("invalid_grant", "The refresh token is used, revoked or outlived.")
            return JSONResponse(_written(refreshed, EXPIRING_ACCESS_S))
        if kind == "authorization_code":
            return self._authorization_code(given)
        return _refused("unsupported_grant_type", f"{kind} is not supported.")

    async def uninstall(self, request: Request) -> Response:
        """The app removes itself from the shop."""
        token = request.headers.get("x-shopify-access-token", "")
        if self._shop.tokens.find(token) is None:
            return JSONResponse({"errors": "[API] Invalid API key or access token"}, 401)
        self._shop.subscriptions.new_action()
        self._shop.uninstall()
        return JSONResponse({})

    def _client_credentials(self) -> Response:
        if self._shop.strikes("shop_not_permitted"):
            return _refused(
                "shop_not_permitted", "Client credentials cannot be performed on this shop."
            )
        scopes = frozenset(DEFAULT_SCOPES)
        granted = self._shop.tokens.grant(scopes, lives_s=CLIENT_CREDENTIALS_S)
        return JSONResponse(_written(granted, CLIENT_CREDENTIALS_S))

    def _authorization_code(self, given: Mapping[str, str]) -> Response:
        code = self._shop.tokens.take_code(given.get("code", ""))
        if code is None:
            return _refused(
                "invalid_request", "The authorization code was not found or was already used"
            )
        expiring = given.get("expiring") == "1"
        lives_s = EXPIRING_ACCESS_S if expiring else None
        granted = self._shop.tokens.grant(code.scopes, lives_s=lives_s, refreshable=expiring)
        return JSONResponse(_written(granted, lives_s))


def callback_hmac(parameters: Mapping[str, str], secret: str = CLIENT_SECRET) -> str:
    """Hex HMAC-SHA256 over the sorted parameters, `hmac` and `signature` left out."""
    told = {name: value for name, value in parameters.items() if name not in ("hmac", "signature")}
    text = "&".join(f"{name}={told[name]}" for name in sorted(told))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _wrong_request(given: Mapping[str, str], callbacks: Collection[str]) -> str | None:
    if given.get("client_id") != CLIENT_ID:
        return "invalid_client: no application with this client_id."
    if given.get("redirect_uri") not in callbacks:
        return "invalid_request: the redirect_uri is not among the app's allowed addresses."
    unknown = [scope for scope in _scopes(given.get("scope", "")) if scope not in SCOPES]
    if unknown or not _scopes(given.get("scope", "")):
        return f"invalid_scope: {', '.join(unknown) or 'none given'}."
    return None


def _scopes(text: str) -> list[str]:
    return [scope.strip() for scope in text.split(",") if scope.strip()]


def _consent_page(given: Mapping[str, str], scopes: list[str]) -> str:
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in given.items()
        if name != "auto"
    )
    listed = escape(", ".join(scopes))
    return _PAGE.format(app="PEG", shop=escape(SHOP_NAME), scopes=listed, fields=fields)


def _written(granted: Grant, lives_s: int | None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "access_token": granted.access_token,
        "scope": ",".join(sorted(granted.scopes)),
    }
    if lives_s is not None:
        body["expires_in"] = lives_s
    if granted.refresh_token is not None:
        body["refresh_token"] = granted.refresh_token
        body["refresh_token_expires_in"] = 90 * 86_400
    return body


def _refused(error: str, description: str, status: int = 400) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)


async def _body(request: Request) -> dict[str, str]:
    """Parameters as JSON or as a form."""
    if "json" in request.headers.get("content-type", ""):
        try:
            held = await request.json()
        except ValueError:
            return {}
        return {str(k): str(v) for k, v in held.items()} if isinstance(held, dict) else {}
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}
