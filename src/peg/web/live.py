"""The live page, and the stream of moments behind it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from importlib.resources import files
from typing import Final

from fastapi import APIRouter
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

AGAIN_MS = 2000
"""A browser that lost the line asks again so soon."""

SAFE: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
        " img-src 'self';"
        " form-action 'self' https: http://127.0.0.1:* http://localhost:*;"  # consent pages
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with none, a browser names no origin of our own forms
    "Cache-Control": "no-store",
}
"""Nothing on a page comes from elsewhere, and no page is shown inside another."""

_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

routes = APIRouter()


@routes.get("/", include_in_schema=False)
async def page(session: Now, ground: Here) -> HTMLResponse:
    """Stock on both sides, sales as they come, and how fast they are followed."""
    moment = await live(session, now=ground.clock.now())
    return render("live.html", here="/", moment=moment)


@routes.get("/static/{name}", include_in_schema=False)
async def static(name: str) -> Response:
    """The page's own style, script and mark."""
    stem, _, kind = name.partition(".")
    file = files("peg.web") / "static" / f"{stem}.{kind}"
    if not stem.isalnum() or kind not in _KINDS or not file.is_file():
        return Response(status_code=404)
    return Response(file.read_bytes(), media_type=_KINDS[kind])


@routes.get("/live", include_in_schema=False)
async def stream(ground: Here) -> StreamingResponse:
    """Moments as the page shows them, as server-sent events: one whenever something changed."""
    headers = {"Cache-Control": "no-store"}
    return StreamingResponse(_moments(ground), media_type="text/event-stream", headers=headers)


def render(name: str, **values: object) -> HTMLResponse:
    """One of our pages."""
    return HTMLResponse(_pages.get_template(name).render(**values), headers=dict(SAFE))


async def _moments(ground: Ground) -> AsyncIterator[str]:
    last: Live | None = None
    silent = 0
    yield f"retry: {AGAIN_MS}\n\n"
    while True:
        async with reading(ground.database) as session:
            moment = await live(session, now=ground.clock.now())
        if last is None or moment.model_copy(update={"at": last.at}) != last:
            drawn = _pages.get_template("moment.html").render(moment=moment)
            yield "".join(f"data: {line}\n" for line in drawn.splitlines() if line) + "\n"
            last, silent = moment, 0
        elif silent >= SILENT_MOMENTS_MAX:
            yield ": still here\n\n"
            silent = 0
        silent += 1
        await asyncio.sleep(MOMENT_S)


def _clock(at: datetime, now: datetime) -> str:
    """A time of today, or the day as well; the script says it in the reader's own timezone."""
    return f"{at:%H:%M:%S} UTC" if at.date() == now.date() else f"{at:%d %b %Y, %H:%M} UTC"


_pages = Environment(
    loader=PackageLoader("peg.web"), autoescape=select_autoescape(), trim_blocks=True
)
_pages.filters["clock"] = _clock
