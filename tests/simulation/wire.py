"""The network between PEG and the marketplaces: it takes time, and may be cut."""

import asyncio
from random import Random

import httpx2
from starlette.types import ASGIApp
from tests.simulation.process import Dead, Process
from tests.simulation.trace import Trace

LATENCY_S = (0.01, 0.15)
LOSES_PATIENCE_S = (5.0, 30.0)


class Line:
    """What lies between all sides: seconds each way, and whom nothing reaches.

    Attributes:
        cut: hosts that do not answer.
        timeouts: how likely a request to a host is answered too late; the host has done its work.
        under_way: requests on the line at this moment.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.cut: set[str] = set()
        self.timeouts: dict[str, float] = {}
        self.under_way = 0

    async def travel(self) -> None:
        """One way."""
        await asyncio.sleep(self._rng.uniform(*LATENCY_S))

    def comes_too_late(self, host: str) -> bool:
        """Whether this answer does."""
        return self._rng.random() < self.timeouts.get(host, 0.0)

    async def wait_in_vain(self) -> None:
        """Until whoever asked has lost patience."""
        await asyncio.sleep(self._rng.uniform(*LOSES_PATIENCE_S))


class Wire(httpx2.AsyncBaseTransport):
    """Carries requests to applications by their host.

    The other side works on by itself once a request has reached it: that whoever asked dies or
    loses patience does not undo it.
    """

    def __init__(self, line: Line, trace: Trace, *, owner: Process | None = None) -> None:
        self._line = line
        self._trace = trace
        self._owner = owner
        self._sides: dict[str, tuple[httpx2.ASGITransport, Process | None]] = {}

    def reach(self, host: str, app: ASGIApp, *, on: Process | None = None) -> None:
        """Let `host` be answered by `app`; it dies with the process `on`.

        What a marketplace raises is a connection that it broke, and no answer; what PEG's own
        application raises is its error 500.
        """
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=on is None)
        self._sides[host] = (transport, on)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._step(request)
        self._line.under_way += 1
        try:
            answer = await self._carried(request)
        finally:
            self._line.under_way -= 1
        self._step(request)
        return answer

    async def _carried(self, request: httpx2.Request) -> httpx2.Response:
        host, what = request.url.host, f"{request.method} {request.url.path}"
        await self._line.travel()
        if host in self._line.cut:
            self._trace.note(f"{what}: {host} is dark")
            raise httpx2.ConnectError(f"{host} does not answer", request=request)
        answer = await self._answered(request, what)
        self._trace.note(f"{what}: {answer.status_code}")
        if self._line.comes_too_late(host):
            await self._line.wait_in_vain()
            raise httpx2.ReadTimeout(f"{host} did not answer in time", request=request)
        await self._line.travel()
        return answer

    async def _answered(self, request: httpx2.Request, what: str) -> httpx2.Response:
        transport, process = self._sides.get(request.url.host, (None, None))
        if transport is None or (process is not None and not process.alive):
            raise httpx2.ConnectError(f"{request.url.host} is not there", request=request)
        work = transport.handle_async_request(request)
        if process is None:
            task = asyncio.get_running_loop().create_task(work, name=what)
        else:
            task = process.start(work, name=what)
        await asyncio.wait({task})
        if task.cancelled():
            raise httpx2.ReadError(f"{request.url.host} died over it", request=request)
        return task.result()

    def _step(self, request: httpx2.Request) -> None:
        if self._owner is None:
            return
        try:
            self._owner.step()
        except Dead as dead:
            raise httpx2.ConnectError(str(dead), request=request) from dead


def client(wire: Wire) -> httpx2.AsyncClient:
    """An HTTP client whose every host is on the wire."""
    return httpx2.AsyncClient(transport=wire, follow_redirects=False)
