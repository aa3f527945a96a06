"""Whether the process lives, whether it can take things in, and what it has measured."""

from fastapi import APIRouter, Depends, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy import text

from peg.db.engine import Database
from peg.db.transaction import begin
from peg.monitoring.metrics import Metrics
from peg.web.access import Guard
from peg.web.problems import documented

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


def health_routes(database: Database, metrics: Metrics, owner_only: Guard) -> APIRouter:
    """GET /health and /ready, open to all; /metrics, which counts orders, for the owner."""
    routes = APIRouter(tags=["health"])

    @routes.get("/health")
    async def health() -> dict[str, str]:
        """Alive: the process answers. Says nothing about the database."""
        return {"status": "alive"}

    @routes.get("/ready", responses=documented(503))
    async def ready() -> dict[str, str]:
        """Ready: a webhook could be kept now; 503 with the reason otherwise."""
        async with begin(database) as session:
            await session.execute(text("SELECT 1"))
        return {"status": "ready"}

    @routes.get(
        "/metrics",
        dependencies=[Depends(owner_only)],
        response_class=PlainTextResponse,
        responses=documented(401),
    )
    async def exposition() -> Response:
        """Every series, for Prometheus."""
        return Response(metrics.exposition(), media_type=EXPOSITION)

    return routes
