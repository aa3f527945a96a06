"""The routes of the control API, and what its errors look like."""

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from marketsim.control import acts, reads, shopify_acts
from marketsim.control.asked import Asked, BadRequest, read
from marketsim.faults import UnknownFault
from marketsim.market import NoSuchOrder, NoSuchUnit, NotForSale, OrderClosed
from marketsim.webhooks import NothingDelivered
from marketsim.world import BuyersAreHere, NoSuchMarket, World

Endpoint = Callable[[World, Asked], dict[str, Any]]
ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/connection", reads.connection),
    ("GET", "/status", reads.status),
    ("GET", "/units", reads.units),
    ("GET", "/pieces", reads.pieces),
    ("GET", "/truth", reads.truth),
    ("GET", "/truth/{market}", reads.market_truth),
    ("GET", "/happenings", reads.happenings),
    ("GET", "/secrets", reads.secrets),
    ("GET", "/webhooks/{market}", reads.webhooks),
    ("POST", "/webhooks/{market}/repeat", acts.repeat_webhook),
    ("POST", "/orders", acts.buy),
    ("POST", "/orders/pay", acts.pay),
    ("POST", "/orders/fulfil", acts.fulfil),
    ("POST", "/orders/cancel", acts.cancel),
    ("POST", "/orders/refund", acts.refund),
    ("POST", "/stock", acts.edit_stock),
    ("POST", "/reactivate", acts.reactivate),
    ("POST", "/till", shopify_acts.sell_in_person),
    ("POST", "/drafts", shopify_acts.draft),
    ("POST", "/orders/remove", shopify_acts.remove_from_order),
    ("POST", "/places", shopify_acts.open_place),
    ("POST", "/places/rename", shopify_acts.rename_place),
    ("POST", "/places/close", shopify_acts.close_place),
    ("POST", "/bundle", shopify_acts.bundle),
    ("GET", "/clock", reads.clock),
    ("POST", "/clock/advance", acts.advance_clock),
    ("POST", "/clock/speed", acts.set_clock_speed),
    ("GET", "/faults", reads.faults),
    ("PUT", "/faults", acts.set_faults),
    ("POST", "/faults/reseed", acts.reseed_faults),
    ("GET", "/buyers", reads.buyers),
    ("POST", "/buyers/start", acts.start_buyers),
    ("POST", "/buyers/stop", acts.stop_buyers),
)
REFUSALS: tuple[tuple[type[Exception], int, str], ...] = (
    (NoSuchMarket, 404, "There are two marketplaces, shopify and etsy."),
    (NoSuchUnit, 404, "There is no such unit; GET /_control/units lists them."),
    (NoSuchOrder, 404, "There is no such order on this marketplace."),
    (UnknownFault, 404, "There is no such fault; GET /_control/faults lists them."),
    (NotForSale, 409, "Not so many of this unit can be bought now."),
    (OrderClosed, 409, "The order's state does not allow this any more."),
    (NothingDelivered, 409, "No webhook was accepted yet; there is nothing to repeat."),
    (BuyersAreHere, 409, "Buyers are still here; POST /_control/buyers/stop and wait for done."),
    (BadRequest, 422, "The request cannot be understood."),
)


def control_app(world: World) -> Starlette:
    """The control API of one world, with all its paths under `/_control`."""
    routes = [
        Route(f"/_control{path}", _serve(world, endpoint), methods=[method])
        for method, path, endpoint in ROUTES
    ]
    return Starlette(routes=[Route("/_control", _index, methods=["GET"]), *routes])


def _serve(world: World, endpoint: Endpoint) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        try:
            return JSONResponse(endpoint(world, await read(request)))
        except tuple(kind for kind, _, _ in REFUSALS) as refusal:
            return _refused(refusal)

    return serve


def _refused(refusal: Exception) -> Response:
    status, sentence = next(
        (status, sentence) for kind, status, sentence in REFUSALS if isinstance(refusal, kind)
    )
    return JSONResponse({"error": sentence, "about": str(refusal)}, status_code=status)


async def _index(_: Request) -> Response:
    return JSONResponse(
        {
            f"{method} /_control{path}": " ".join((endpoint.__doc__ or "").split())
            for method, path, endpoint in ROUTES
        }
    )
