"""`peg run`: the background work and the HTTP side in one process, until it is told to stop."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
import uvicorn
from fastapi import FastAPI

from peg.cli.listening import CannotListen
from peg.cli.terminal import Here
from peg.db.transaction import reading
from peg.domain.identity import Channel
from peg.migrations.schema import ensure_current
from peg.shops import directory
from peg.web.app import create_app
from peg.wiring.alone import alone
from peg.wiring.peg import Peg, open_peg
from peg.workers.embedded import Embedded

log = structlog.get_logger()

GRACE_S = 5


class Server(uvicorn.Server):
    """Uvicorn, leaving the signals to us: the background work has to be stopped too."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def run(*, here: Here) -> int:
    """Keep both shops in step: webhooks, polls, pushes, comparisons, and the page in the browser.

    It listens on PEG_HOST and PEG_PORT, and stops on Ctrl-C or SIGTERM.
    """
    async with here.ground(log_level="info") as ground, open_peg(ground) as peg:
        with alone(ground.settings):
            await ensure_current(ground.database)  # a newer PEG may have been faster than the lock
            work = await Embedded.prepare(peg)
            settings = ground.settings
            with listen(settings.host, settings.port) as listening:
                app = create_app(ground, work, peg.desk)
                server = serve(app, host=settings.host, port=settings.port)
                host, port = settings.host, listening.getsockname()[1]
                log.info("peg.started", host=host, port=port)
                await say_who_is_missing(peg, connect_at=f"http://{host}:{port}/connect")
                await until_stopped(server, listening, work)
    return 0


async def say_who_is_missing(peg: Peg, *, connect_at: str) -> None:
    """One stock on two marketplaces needs a shop on each: say which is not within reach, and go on.

    Whatever is connected meanwhile is taken up without a new start.
    """
    async with reading(peg.ground.database) as session:
        known = [one for one in await directory.all_shops(session) if one.status.reachable]
        lost = await directory.cut_off(session)
    missing = [one for one in Channel if one not in {shop.channel for shop in known}]
    if not missing:
        return
    whom = "no shop is" if not known else f"no shop on {missing[0].title()} is"
    how = " and ".join(f"`peg connect {channel}`" for channel in missing)
    why = ", `peg shops` says why one is connected no more" if lost else ""
    log.warning(
        "shops.missed",
        sentence=f"{whom} connected: {how}, or {connect_at}{why}. PEG waits, and takes it up then",
    )


def listen(host: str, port: int, *, instead: str = "set PEG_PORT or PEG_HOST") -> socket.socket:
    """Bind the address before any work begins.

    Raises:
        CannotListen: it is taken, or not ours; it says what to do `instead`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as cause:
        raise CannotListen(host, port, cause, instead=instead) from cause


def serve(app: FastAPI, *, host: str, port: int) -> Server:
    """A server that logs through our pipeline and keeps no access log: addresses hold secrets."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    return Server(config)


async def until_stopped(server: Server, listening: socket.socket, work: Embedded) -> None:
    """Serve and work until SIGINT or SIGTERM; then answer what was begun, and stop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.handle_exit, number, None)
    working = asyncio.ensure_future(work.run())
    serving = asyncio.ensure_future(server.serve(sockets=[listening]))
    try:
        await asyncio.wait({working, serving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        await serving
    log.info("peg.stopped")
