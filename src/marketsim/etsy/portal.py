"""The practice portal: what a seller or developer does by hand on Etsy's own pages.

Everything here needs no credentials, takes JSON and answers JSON.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from marketsim.etsy.credentials import APPLICATION_ID, KEYSTRING, SCOPES, SHARED_SECRET
from marketsim.etsy.notices import EVENTS, Endpoint
from marketsim.etsy.refusals import Refusal, bad, not_found
from marketsim.etsy.settings import Settings
from marketsim.etsy.shop import Shop

Act = Callable[[Shop, dict[str, Any], str], Any]
PAGE = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Practice Etsy: portal</title>
<h1>Practice Etsy: your app</h1>
<p>Keystring {KEYSTRING}, shared secret {SHARED_SECRET}, application {APPLICATION_ID}.</p>
<p>POST /_portal/webhooks with url (and events) answers the signing secret;
POST /_portal/callbacks with url registers a redirect address;
POST /_portal/tokens with scopes gives out tokens without a browser;
POST /_portal/revoke takes all access back; PUT /_portal/settings changes limits and lag.</p></html>
"""


def portal_routes(shop: Shop) -> list[Route]:
    """The pages of the portal."""
    acts: tuple[tuple[str, str, Act], ...] = (
        ("GET", "/webhooks", list_webhooks),
        ("POST", "/webhooks", add_webhook),
        ("DELETE", "/webhooks/{id}", remove_webhook),
        ("POST", "/webhooks/{id}/rotate", rotate_secret),
        ("GET", "/callbacks", list_callbacks),
        ("POST", "/callbacks", add_callback),
        ("POST", "/tokens", give_tokens),
        ("POST", "/revoke", revoke),
        ("GET", "/settings", show_settings),
        ("PUT", "/settings", change_settings),
    )
    routes = [
        Route(f"/_portal{path}", _page(shop, act), methods=[method]) for method, path, act in acts
    ]
    return [Route("/_portal", _front, methods=["GET"]), *routes]


def list_webhooks(shop: Shop, _: dict[str, Any], __: str) -> Any:
    """The registered addresses, without their secrets."""
    return [_shown(endpoint) for endpoint in shop.notices.endpoints.values()]


def add_webhook(shop: Shop, asked: dict[str, Any], _: str) -> Any:
    """Register an address; the secret is shown only now."""
    events = _names(asked, "events")
    if events - set(EVENTS):
        raise bad(f"Unknown events; known are {', '.join(EVENTS)}")
    endpoint = shop.notices.register(_url(asked), events)
    return _shown(endpoint) | {"secret": endpoint.secret}


def remove_webhook(shop: Shop, _: dict[str, Any], number: str) -> Any:
    """Forget an address."""
    endpoint = _endpoint(shop, number)
    shop.notices.remove(endpoint)
    return _shown(endpoint)


def rotate_secret(shop: Shop, _: dict[str, Any], number: str) -> Any:
    """A new secret; the old one signs along for a day."""
    endpoint = _endpoint(shop, number)
    shop.notices.rotate(endpoint)
    return _shown(endpoint) | {"secret": endpoint.secret}


def list_callbacks(shop: Shop, _: dict[str, Any], __: str) -> Any:
    """Where consent may send the browser."""
    return sorted(shop.grants.callbacks)


def add_callback(shop: Shop, asked: dict[str, Any], _: str) -> Any:
    """Register where consent may send the browser; compared exactly."""
    shop.grants.callbacks.add(_url(asked))
    return sorted(shop.grants.callbacks)


def give_tokens(shop: Shop, asked: dict[str, Any], _: str) -> Any:
    """Tokens without a browser, for the scopes asked or all."""
    scopes = _names(asked, "scopes") or frozenset(SCOPES)
    if scopes - set(SCOPES):
        raise bad(f"Unknown scopes; known are {', '.join(SCOPES)}")
    return shop.grants.by_hand(scopes)


def revoke(shop: Shop, _: dict[str, Any], __: str) -> Any:
    """The seller takes all access back."""
    shop.grants.revoke_all()
    return {"revoked": True}


def show_settings(shop: Shop, _: dict[str, Any], __: str) -> Any:
    """Limits and receipt lag."""
    return asdict(shop.settings)


def change_settings(shop: Shop, asked: dict[str, Any], _: str) -> Any:
    """Change limits and receipt lag, all or none."""
    known = {field.name for field in fields(Settings)}
    if asked.keys() - known:
        raise bad(f"Unknown settings; known are {', '.join(sorted(known))}")
    if not all(isinstance(it, int | float) and it >= 0 for it in asked.values()):
        raise bad("Settings are numbers, not below zero")
    for name, value in asked.items():
        setattr(shop.settings, name, value)
    return asdict(shop.settings)


def _page(shop: Shop, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        try:
            body = await request.body()
            asked = json.loads(body) if body else {}
            if not isinstance(asked, dict):
                raise bad("The body must be a JSON object")
            return JSONResponse(act(shop, asked, request.path_params.get("id", "")))
        except ValueError:
            return JSONResponse({"error": "The body is not JSON"}, 400)
        except Refusal as refusal:
            return JSONResponse(refusal.body, refusal.status)

    return page


async def _front(_: Request) -> Response:
    return HTMLResponse(PAGE)


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    return {"id": endpoint.id, "url": endpoint.url, "events": sorted(endpoint.events)}


def _endpoint(shop: Shop, number: str) -> Endpoint:
    if number not in shop.notices.endpoints:
        raise not_found(f"a webhook {number}")
    return shop.notices.endpoints[number]


def _url(asked: dict[str, Any]) -> str:
    url = asked.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise bad("url is missing, or is none")
    return url


def _names(asked: dict[str, Any], field: str) -> frozenset[str]:
    names = asked.get(field) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise bad(f"{field} must be a list of names")
    return frozenset(names)
