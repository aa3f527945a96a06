"""The live page, and the stream of moments behind it."""

import asyncio
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from jinja2 import Environment, PackageLoader, select_autoescape

from peg.db.transaction import reading
from peg.reads.live import Live, live
from peg.web.api import Here, Now
from peg.wiring.ground import Ground

MOMENT_S = 0.5
"""Real seconds between two looks, however fast PEG's clock runs: a browser has people's time."""

SILENT_MOMENTS_MAX = 30
"""After so many moments without news a comment is sent, so that a dead line is noticed."""

SAFE: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
        " form-action 'self' https: http://127.0.0.1:* http://localhost:*;"  # consent pages
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""Nothing on a page comes from elsewhere, and no page is shown inside another."""

_KINDS = {"css": "text/css", "js": "text/javascript"}

routes = APIRouter()
_pages = Environment(
    loader=PackageLoader("peg.web"), autoescape=select_autoescape(), trim_blocks=True
)


@routes.get("/", include_in_schema=False)
async def page(session: Now, ground: Here) -> HTMLResponse:
    """Stock on both sides, sales as they come, and how fast they are followed."""
    moment = await live(session, now=ground.clock.now())
    return render("live.html", moment=moment.model_dump(mode="json"))


@routes.get("/static/{name}", include_in_schema=False)
async def static(name: str) -> Response:
    """The page's own style and script."""
    stem, _, kind = name.partition(".")
    file = files("peg.web") / "static" / f"{stem}.{kind}"
    if not stem.isalnum() or kind not in _KINDS or not file.is_file():
        return Response(status_code=404)
    return Response(file.read_bytes(), media_type=_KINDS[kind])


@routes.get("/api/live", tags=["live"], response_model=Live)
async def stream(request: Request, ground: Here) -> Response:
    """Moments as server-sent events, one whenever something changed; as JSON when asked for it."""
    if "text/event-stream" not in request.headers.get("accept", ""):
        async with reading(ground.database) as session:
            moment = await live(session, now=ground.clock.now())
        return Response(moment.model_dump_json(), media_type="application/json")
    return StreamingResponse(
        _moments(ground), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


def render(name: str, **values: object) -> HTMLResponse:
    """One of our pages."""
    return HTMLResponse(_pages.get_template(name).render(**values), headers=dict(SAFE))


async def _moments(ground: Ground) -> AsyncIterator[str]:
    last: Live | None = None
    silent = 0
    while True:
        async with reading(ground.database) as session:
            moment = await live(session, now=ground.clock.now())
        if last is None or moment.model_copy(update={"at": last.at}) != last:
            yield f"data: {moment.model_dump_json()}\n\n"
            last, silent = moment, 0
        elif silent >= SILENT_MOMENTS_MAX:
            yield ": still here\n\n"
            silent = 0
        silent += 1
        await asyncio.sleep(MOMENT_S)
