"""Wait for the browser to come back from a consent page, on this machine, once."""

import asyncio
from collections.abc import Mapping
from html import escape
from typing import ClassVar, Self
from urllib.parse import parse_qsl, urlsplit

from peg.cli.listening import CannotListen
from peg.domain.errors import ErrorKind, PegError
from peg.web.access import LOOPBACK

REQUEST_LINE_BYTES_MAX = 8192
PATIENCE_S = 600.0
"""As long as a begun connection lasts."""

GOODBYE_S = 2.0
"""How long the last page may take to reach the browser."""

_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>PEG</title>"
    "<p>{sentence} You can close this window.</p>"
)
_UNTOLD = "PEG has ended before it could tell what came of this: look at the terminal."


class NotLocal(PegError):
    """The browser would come back to another machine, where this command does not listen."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address!r} is not on this machine: start `peg run` there and open /connect in a"
            " browser, or register a callback such as http://127.0.0.1:8378/callback"
        )


class BadCallbackAddress(PegError):
    """No address, or a port that there is not."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address!r} is no address to come back to: register one such as"
            " http://127.0.0.1:8378/callback with the app, and give it as --callback"
        )


class NobodyCame(PegError):
    """The browser did not come back in time."""

    kind: ClassVar[ErrorKind] = "transient"


class Callback:
    """Listens at one address until the browser comes back there."""

    def __init__(self, address: str, *, patience_s: float = PATIENCE_S) -> None:
        """Listen at `address`, exactly as it is registered with the app.

        Raises:
            NotLocal: it is another machine's.
            BadCallbackAddress: it has a port that cannot be.
        """
        try:
            parts = urlsplit(address)
            port = 80 if parts.port is None else parts.port
        except ValueError as cause:
            raise BadCallbackAddress(address) from cause
        if port == 0:
            raise BadCallbackAddress(address)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            raise NotLocal(address)
        self._patience_s = patience_s
        self._host = parts.hostname
        self._port = port
        self._path = parts.path or "/"
        loop = asyncio.get_running_loop()
        self._found: asyncio.Future[Mapping[str, str]] = loop.create_future()
        self._came_of_it: asyncio.Future[str] = loop.create_future()
        self._waiting: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            CannotListen: another program does, or nobody may.
        """
        try:
            self._server = await asyncio.start_server(
                self._talk, self._host, self._port, limit=REQUEST_LINE_BYTES_MAX
            )
        except OSError as cause:
            instead = "register another address with the app, and give it as --callback"
            raise CannotListen(self._host, self._port, cause, instead=instead) from cause
        return self

    async def __aexit__(self, *_: object) -> None:
        self.answer(_UNTOLD)
        if self._server is not None:
            self._server.close()
        if self._waiting:
            await asyncio.wait(self._waiting, timeout=GOODBYE_S)

    async def parameters(self) -> Mapping[str, str]:
        """What the browser brought along.

        Raises:
            NobodyCame: nothing in time.
        """
        try:
            return await asyncio.wait_for(self._found, self._patience_s)
        except TimeoutError as cause:
            minutes = self._patience_s / 60
            raise NobodyCame(
                f"the browser did not come back in {minutes:g} minutes: begin the connection again"
            ) from cause

    def answer(self, sentence: str) -> None:
        """Say in the browser what came of it; whatever is said later comes too late."""
        if not self._came_of_it.done():
            self._came_of_it.set_result(sentence)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = (await reader.readuntil(b"\r\n")).decode("latin-1").split(" ")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            line = []
        target = urlsplit(line[1]) if len(line) == 3 and line[0] == "GET" else None
        if target is None or target.path != self._path:
            await _write(writer, "404 Not Found", "")
            return
        if not self._found.done():
            self._found.set_result(dict(parse_qsl(target.query, keep_blank_values=True)))
        goodbye = asyncio.create_task(self._tell(writer))
        self._waiting.add(goodbye)
        await goodbye

    async def _tell(self, writer: asyncio.StreamWriter) -> None:
        sentence = await self._came_of_it
        await _write(writer, "200 OK", _PAGE.format(sentence=escape(sentence)))


async def _write(writer: asyncio.StreamWriter, status: str, body: str) -> None:
    content = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
    await writer.drain()
    writer.close()
