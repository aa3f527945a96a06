"""The HTTP application, put together from its parts."""

from importlib.metadata import version

from fastapi import Depends, FastAPI

from peg.intake.reception import Reception
from peg.web import api
from peg.web.access import guard
from peg.web.health import health_routes
from peg.web.problems import add_problems
from peg.web.webhooks import webhook_routes
from peg.wiring.ground import Ground


def create_app(ground: Ground, reception: Reception) -> FastAPI:
    """The application; it opens and closes nothing by itself."""
    app = FastAPI(
        title="PEG",
        summary="One true stock for a jeweller who sells the same pieces on Shopify and on Etsy.",
        version=version("peg"),
        docs_url=None,  # it would load scripts from elsewhere
        redoc_url=None,
    )
    add_problems(app)
    app.state.ground = ground
    token = ground.settings.api_token
    readers_only = Depends(guard(None if token is None else token.get_secret_value()))
    app.include_router(api.routes, dependencies=[readers_only])
    app.include_router(webhook_routes(reception, ground.metrics))
    app.include_router(health_routes(ground.database, ground.metrics))
    return app
