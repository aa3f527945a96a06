"""Connect a shop from the browser: there and back again, bound to that very browser."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from peg.domain.errors import ErrorKind, PegError
from peg.shops import pending
from peg.shops.connect import etsy, shopify
from peg.shops.connect.desk import Desk
from peg.shops.directory import AppCredentials, Shop
from peg.web.access import Guard
from peg.web.live import render
from peg.web.refusals import CrossSite

COOKIE = "peg_connect"
SHOPIFY_BACK = "/connect/shopify/callback"
ETSY_BACK = "/connect/etsy/callback"

TYPED_CHARACTERS_MAX = 300
Typed = Annotated[str, Form()]
TICKED = "yes"
"""What a box of the form sends; one that is not ticked sends nothing."""


class NotFilledIn(PegError):
    """A form of /connect came without something that it needs, or with too much."""

    kind: ClassVar[ErrorKind] = "refused"


def connect_routes(desk: Desk, base_url: str, guard: Guard) -> APIRouter:
    """GET /connect, POST /connect/shopify and /connect/etsy, and where the browser comes back."""
    routes = APIRouter(prefix="/connect", tags=["connect"], include_in_schema=False)
    owner_only = [Depends(guard)]

    @routes.get("", dependencies=owner_only)
    async def page(request: Request) -> Response:
        return _form(request, base_url)

    @routes.post("/shopify", dependencies=owner_only)
    async def begin_shopify(
        request: Request,
        shop: Typed = "",
        client_id: Typed = "",
        client_secret: Typed = "",
        may_cancel: Typed = "",
    ) -> Response:
        typed = {"Shop": shop, "Client id": client_id, "Client secret": client_secret}
        return await _leave(
            request,
            base_url,
            typed,
            lambda secret: shopify.begin(
                desk,
                shop=shop.strip(),
                app=AppCredentials(client_id.strip(), client_secret.strip()),
                redirect_uri=base_url + SHOPIFY_BACK,
                browser=secret,
                may_cancel=may_cancel == TICKED,
            ),
        )

    @routes.post("/etsy", dependencies=owner_only)
    async def begin_etsy(
        request: Request, keystring: Typed = "", shared_secret: Typed = ""
    ) -> Response:
        return await _leave(
            request,
            base_url,
            {"Keystring": keystring, "Shared secret": shared_secret},
            lambda secret: etsy.begin(
                desk,
                app=AppCredentials(keystring.strip(), shared_secret.strip()),
                redirect_uri=base_url + ETSY_BACK,
                browser=secret,
            ),
        )

    _add_ways_back(routes, desk, base_url)
    return routes


def _add_ways_back(routes: APIRouter, desk: Desk, base_url: str) -> None:
    """They need no guard: the state, the cookie and the signature are one."""

    @routes.get("/shopify/callback")
    async def finish_shopify(request: Request) -> Response:
        secret = request.cookies.get(COOKIE, "")
        callback = dict(request.query_params)
        return await _arrive(base_url, lambda: shopify.finish(desk, callback, browser=secret))

    @routes.get("/etsy/callback")
    async def finish_etsy(request: Request) -> Response:
        secret = request.cookies.get(COOKIE, "")
        callback = dict(request.query_params)
        return await _arrive(base_url, lambda: etsy.finish(desk, callback, browser=secret))


def _form(request: Request, base_url: str) -> Response:
    """The form, only at the address to which the marketplaces send the browser back.

    What binds it to its browser is a cookie, and those do not go from one address to another.
    """
    if request.headers.get("host") != urlsplit(base_url).netloc:
        return RedirectResponse(f"{base_url}/connect", status_code=303)
    return _page(base_url)


async def _leave(
    request: Request,
    base_url: str,
    typed: Mapping[str, str],
    begin: Callable[[str], Awaitable[str]],
) -> Response:
    secret = pending.new_secret()
    try:
        _same_site(request)
        _filled_in(typed)
        address = await begin(secret)
    except CrossSite as error:
        return _page(base_url, trouble=str(error), status=error.status)
    except PegError as error:
        return _page(base_url, trouble=str(error), status=400)
    answer = RedirectResponse(address, status_code=303)
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=pending.LASTS_S,
        path="/connect",
        httponly=True,
        secure=base_url.startswith("https:"),
        samesite="lax",  # it must come back with the marketplace's redirect
    )
    return answer


async def _arrive(base_url: str, finish: Callable[[], Awaitable[Shop]]) -> Response:
    try:
        shop = await finish()
    except PegError as error:
        answer = _page(base_url, trouble=str(error), status=400)
    else:
        answer = _page(base_url, done=f"{shop.name} ({shop.id}) is connected.")
    answer.delete_cookie(COOKIE, path="/connect")
    return answer


def _page(base_url: str, *, done: str = "", trouble: str = "", status: int = 200) -> Response:
    answer = render(
        "connect.html",
        here="/connect",
        done=done,
        trouble=trouble,
        shopify_callback=base_url + SHOPIFY_BACK,
        etsy_callback=base_url + ETSY_BACK,
    )
    answer.status_code = status
    return answer


def _filled_in(typed: Mapping[str, str]) -> None:
    """Refuse a form before anything is asked of a shop.

    Raises:
        NotFilledIn: a field is empty, or holds more than any of its kind has.
    """
    empty = [name for name, text in typed.items() if not text.strip()]
    if empty:
        raise NotFilledIn(f"fill in {' and '.join(empty)}: nothing was begun")
    for name, text in typed.items():
        if len(text) > TYPED_CHARACTERS_MAX:
            raise NotFilledIn(f"{name} is too long to be one: copy it again, and nothing besides")


def _same_site(request: Request) -> None:
    """Refuse a form that another site's page has sent.

    Raises:
        CrossSite: it was.
    """
    _, _, origin = request.headers.get("origin", "").partition("://")
    if not origin or origin != request.headers.get("host"):
        raise CrossSite("this form was sent from another site: open /connect yourself")
