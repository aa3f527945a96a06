"""The routes of the control API, and what its errors look like."""

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from marketsim.control import acts, etsy_acts, reads, shopify_acts
from marketsim.control.asked import Asked, BadRequest, read
from marketsim.faults import UnknownFault
from marketsim.market import EditRefused, NoSuchOrder, NoSuchUnit, NotForSale, OrderClosed
from marketsim.webhooks import NothingDelivered
from marketsim.world import BuyersAreHere, NoSuchMarket, NoSuchPiece, World

Endpoint = Callable[[World, Asked], dict[str, Any]]
ANY = "*"
"""Fields of whatever name, which the endpoint itself checks."""

ROUTES: tuple[tuple[str, str, Endpoint, str], ...] = (
    ("GET", "/connection", reads.connection, ""),
    ("GET", "/status", reads.status, ""),
    ("GET", "/units", reads.units, "market piece sku"),
    ("GET", "/pieces", reads.pieces, ""),
    ("GET", "/truth", reads.truth, "ceiling_s"),
    ("GET", "/truth/{market}", reads.market_truth, "market"),
    ("GET", "/followed", reads.followed, ""),
    ("GET", "/happenings", reads.happenings, ""),
    ("GET", "/secrets", reads.secrets, ""),
    ("GET", "/webhooks/{market}", reads.webhooks, "market"),
    ("POST", "/webhooks/{market}/repeat", acts.repeat_webhook, "market"),
    ("POST", "/orders", acts.buy, "market unit quantity also"),
    ("POST", "/orders/pay", acts.pay, "market order"),
    ("POST", "/orders/fulfil", acts.fulfil, "market order"),
    ("POST", "/orders/cancel", acts.cancel, "market order restock"),
    ("POST", "/orders/refund", acts.refund, "market order quantity restock"),
    ("POST", "/stock", acts.edit_stock, "market unit delta location"),
    ("POST", "/counter", acts.in_person, "piece delta"),
    ("POST", "/reactivate", acts.reactivate, "market unit"),
    ("POST", "/till", shopify_acts.sell_in_person, "unit quantity"),
    ("POST", "/drafts", shopify_acts.draft, "unit quantity location"),
    ("POST", "/orders/remove", shopify_acts.remove_from_order, "order quantity"),
    ("POST", "/places", shopify_acts.open_place, "name"),
    ("POST", "/places/rename", shopify_acts.rename_place, "location name"),
    ("POST", "/places/close", shopify_acts.close_place, "location move_to"),
    ("POST", "/bundle", shopify_acts.bundle, "unit bundle"),
    ("POST", "/tick", shopify_acts.tick, "unit tracked sells_on"),
    ("POST", "/variations/rename", etsy_acts.rename_variation, "unit name"),
    ("GET", "/clock", reads.clock, ""),
    ("POST", "/clock/advance", acts.advance_clock, "seconds"),
    ("POST", "/clock/speed", acts.set_clock_speed, "speed"),
    ("GET", "/faults", reads.faults, ""),
    ("PUT", "/faults", acts.set_faults, ANY),
    ("POST", "/faults/reseed", acts.reseed_faults, "seed"),
    ("GET", "/buyers", reads.buyers, ""),
    ("POST", "/buyers/start", acts.start_buyers, ANY),
    ("POST", "/buyers/stop", acts.stop_buyers, ""),
)
REFUSALS: tuple[tuple[type[Exception], int, str], ...] = (
    (NoSuchMarket, 404, "There are two marketplaces, shopify and etsy."),
    (NoSuchUnit, 404, "There is no such unit; GET /_control/units lists them."),
    (NoSuchPiece, 404, "There is no such piece; GET /_control/pieces lists them."),
    (NoSuchOrder, 404, "There is no such order on this marketplace."),
    (UnknownFault, 404, "There is no such fault; GET /_control/faults lists them."),
    (NotForSale, 409, "Not so many of this unit can be bought now."),
    (OrderClosed, 409, "The order's state does not allow this any more."),
    (NothingDelivered, 409, "No webhook was accepted yet; there is nothing to repeat."),
    (BuyersAreHere, 409, "Buyers are still here; POST /_control/buyers/stop and wait for done."),
    (EditRefused, 409, "The marketplace refuses this to a person too; nothing was done."),
    (BadRequest, 422, "The request cannot be understood."),
)


def control_app(world: World) -> Starlette:
    """The control API of one world, with all its paths under `/_control`."""
    routes = [
        Route(f"/_control{path}", _serve(world, endpoint, fields), methods=[method])
        for method, path, endpoint, fields in ROUTES
    ]
    return Starlette(
        routes=[Route("/_control", _index, methods=["GET"]), *routes],
        exception_handlers=dict.fromkeys((404, 405), _no_such_call),
    )


def _serve(world: World, endpoint: Endpoint, fields: str) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        try:
            asked = await read(request)
            if fields != ANY:
                asked.check_known(fields.split())
            return JSONResponse(endpoint(world, asked))
        except tuple(kind for kind, _, _ in REFUSALS) as refusal:
            return _refused(refusal)

    return serve


def _refused(refusal: Exception) -> Response:
    status, sentence = next(
        (status, sentence) for kind, status, sentence in REFUSALS if isinstance(refusal, kind)
    )
    return JSONResponse({"error": sentence, "about": str(refusal)}, status_code=status)


async def _no_such_call(request: Request, refusal: Exception) -> Response:
    status = refusal.status_code if isinstance(refusal, HTTPException) else 404
    return JSONResponse(
        {
            "error": "There is no such call; GET /_control lists them.",
            "about": f"{request.method} {request.url.path}",
        },
        status_code=status,
    )


async def _index(_: Request) -> Response:
    return JSONResponse(
        {
            f"{method} /_control{path}": " ".join((endpoint.__doc__ or "").split())
            for method, path, endpoint, _ in ROUTES
        }
    )
