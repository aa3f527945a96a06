"""Whether the process lives, whether it can take things in, and what it has measured."""

from fastapi import APIRouter, Depends, Response
from fastapi.responses import PlainTextResponse

from peg.db.engine import Database
from peg.db.shared_commits import SharedCommits
from peg.intake.readiness import keep_and_drop
from peg.monitoring.metrics import Metrics
from peg.web.access import Guard
from peg.web.problems import documented

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


def health_routes(database: Database, metrics: Metrics, owner_only: Guard) -> APIRouter:
    """GET /health and /ready, open to all; /metrics, which counts orders, for the owner."""
    routes = APIRouter(tags=["health"])
    commits = SharedCommits(database)  # however many ask

    @routes.get("/health")
    async def health() -> dict[str, str]:
        """Alive: the process answers. Says nothing about the database."""
        return {"status": "alive"}

    @routes.get("/ready", responses=documented(503))
    async def ready() -> dict[str, str]:
        """Ready: a webhook could be kept now; 503 with the reason otherwise."""
        await commits.run(keep_and_drop)
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
