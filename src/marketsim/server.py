"""Serves both marketplaces, each on its own port, in one process and one event loop."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx2
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from marketsim.build import build_world, served_app
from marketsim.buyers import Habits
from marketsim.clock import MarketClock
from marketsim.pieces import MARKETS, MarketName
from marketsim.world import World

HOST = "127.0.0.1"


class PortTaken(Exception):
    """Something else listens on the port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to serve.

    Attributes:
        ports: 0 for any free one.
        webhooks_to: address of an app whose webhooks a person has registered by hand.
        habits: of buyers who come at once; None: nobody comes until the control API says so.
    """

    ports: Mapping[MarketName, int]
    seed: int
    pieces: int = 320
    clock_speed: float = 1.0
    latency_ms: float = 0.0
    rates: Mapping[str, float]
    webhooks_to: str | None = None
    habits: Habits | None = None


class Server(uvicorn.Server):
    """A server that leaves signals to the process, as there are two, and says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def serve(plan: Plan, *, announce: Callable[[World, Mapping[MarketName, str]], None]) -> None:
    """Serve until interrupted; `announce` is called once both ports answer.

    Raises:
        PortTaken: another program listens there.
        UnknownFault: the plan names a fault that does not exist.
    """
    logging.getLogger("uvicorn.error").addFilter(_is_no_broken_answer)
    with contextlib.ExitStack() as sockets:
        doors = {name: sockets.enter_context(_listen(name, plan.ports[name])) for name in MARKETS}
        urls = {name: f"http://{HOST}:{door.getsockname()[1]}" for name, door in doors.items()}
        async with httpx2.AsyncClient() as http:
            world = await _world(plan, urls, http)
            servers = {name: _server(world, name, plan) for name in MARKETS}
            try:
                await _until_stopped(servers, doors, lambda: announce(world, urls))
            finally:
                await world.close()


async def _world(plan: Plan, urls: Mapping[MarketName, str], http: httpx2.AsyncClient) -> World:
    world = build_world(
        seed=plan.seed,
        http=http,
        clock=MarketClock(datetime.now(UTC), speed=plan.clock_speed),
        pieces=plan.pieces,
        rates=plan.rates,
        urls=urls,
    )
    if plan.webhooks_to is not None:
        await _register_by_hand(world, f"{plan.webhooks_to.rstrip('/')}/webhooks/etsy")
    if plan.habits is not None:
        world.send_buyers(plan.habits)
    return world


async def _register_by_hand(world: World, address: str) -> None:
    """What a developer does in Etsy's portal; on Shopify apps subscribe by the API."""
    portal = httpx2.ASGITransport(app=world.practices["etsy"].app)
    async with httpx2.AsyncClient(transport=portal, base_url="http://etsy.test") as client:
        (await client.post("/_portal/webhooks", json={"url": address})).raise_for_status()


def _server(world: World, name: MarketName, plan: Plan) -> Server:
    app = served_app(world, name, latency_s=plan.latency_ms / 1000)
    return Server(
        uvicorn.Config(
            _hanging_up(dated(app, world.clock)),
            date_header=False,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
    )


def dated(app: ASGIApp, clock: MarketClock) -> ASGIApp:
    """Each answer bears the time of the market, whose clock may run faster than the machine's."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(clock.now(), usegmt=True).encode("latin-1")
                headers = [*message.get("headers", ()), (b"date", date)]
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, send_dated)

    return serve


def _hanging_up(app: ASGIApp) -> ASGIApp:
    """A connection that breaks on purpose is closed, without a traceback in the log."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(httpx2.RemoteProtocolError):
            await app(scope, receive, send)

    return serve


def _is_no_broken_answer(record: logging.LogRecord) -> bool:
    return "without completing response" not in record.getMessage()


def _listen(name: MarketName, port: int) -> socket.socket:
    # asyncio turns Nagle's waiting off only for sockets that say they are TCP; without that every
    # second answer on a kept connection waits 40 ms for the client's acknowledgement.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((HOST, port))
        door.listen()
    except OSError as taken:
        door.close()
        raise PortTaken(
            f"{HOST}:{port} cannot be listened on ({taken.strerror}): name another port by"
            f" --{name}-port, or 0 for any free one"
        ) from taken
    return door


async def _until_stopped(
    servers: Mapping[MarketName, Server],
    doors: Mapping[MarketName, socket.socket],
    started: Callable[[], None],
) -> None:
    def stop() -> None:
        for server in servers.values():
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    async with asyncio.TaskGroup() as serving:
        for name, server in servers.items():
            serving.create_task(server.serve(sockets=[doors[name]]))
        for server in servers.values():
            await server.ready.wait()
        started()
