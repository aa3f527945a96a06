"""The HTTP application, put together from its parts."""

from importlib.metadata import version
from typing import Any

from fastapi import Depends, FastAPI

from peg.shops.connect.desk import Desk
from peg.web import api, live
from peg.web.access import guard
from peg.web.connect import connect_routes
from peg.web.health import health_routes
from peg.web.parameters import only_known
from peg.web.problems import Problem, add_problems, documented
from peg.web.webhooks import FrontDesk, webhook_routes
from peg.wiring.ground import Ground


class Application(FastAPI):
    """FastAPI, whose document also describes what a refusal looks like."""

    def openapi(self) -> dict[str, Any]:
        """The document that describes the API."""
        document = super().openapi()
        document["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        return document


LOOPBACK, EVERY_ADDRESS = "127.0.0.1", frozenset({"0.0.0.0", "::"})  # noqa: S104 - no address


def create_app(ground: Ground, front: FrontDesk, desk: Desk | None = None) -> FastAPI:
    """The application; it opens and closes nothing by itself.

    Args:
        ground: settings, database, clock and metrics.
        front: where webhooks go.
        desk: where shops are connected; None: not from a browser.
    """
    app = Application(
        title="PEG",
        summary="One true stock for a jeweller who sells the same pieces on Shopify and on Etsy.",
        version=version("peg"),
        docs_url=None,  # it would load scripts from elsewhere
        redoc_url=None,
    )
    add_problems(app)
    app.state.ground = ground
    token = ground.settings.api_token
    owner_only = guard(None if token is None else token.get_secret_value())
    app.include_router(
        api.routes,
        dependencies=[Depends(owner_only), Depends(only_known)],
        responses=documented(401, 422, 503),
    )
    app.include_router(live.routes, dependencies=[Depends(owner_only)])
    app.include_router(webhook_routes(front, ground.metrics))
    app.include_router(health_routes(ground.database, ground.metrics, owner_only))
    if desk is not None:
        app.include_router(connect_routes(desk, base_url(ground), owner_only))
    return app


def base_url(ground: Ground) -> str:
    """Where browsers and marketplaces reach PEG."""
    settings = ground.settings
    host = LOOPBACK if settings.host in EVERY_ADDRESS else settings.host
    return settings.public_url or f"http://{host}:{settings.port}"
