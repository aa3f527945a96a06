"""Wait for the browser to come back from a consent page, on this machine, once."""

import asyncio
from collections.abc import Mapping
from typing import ClassVar, Self
from urllib.parse import parse_qsl, urlsplit

from peg.domain.errors import ErrorKind, PegError
from peg.web.access import LOOPBACK

REQUEST_LINE_BYTES_MAX = 8192
PATIENCE_S = 600.0
"""As long as a begun connection lasts."""

_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>PEG</title>"
    "<p>PEG has heard from the marketplace. You can close this window.</p>"
)


class NotLocal(PegError):
    """The browser would come back to another machine, where this command does not listen."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address!r} is not on this machine: start `peg run` there and open /connect in a"
            " browser, or register a callback such as http://127.0.0.1:8378/callback"
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
        """
        parts = urlsplit(address)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            raise NotLocal(address)
        self._patience_s = patience_s
        self._host = parts.hostname
        self._port = parts.port or 80
        self._path = parts.path or "/"
        self._found: asyncio.Future[Mapping[str, str]] = asyncio.get_running_loop().create_future()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._answer, self._host, self._port, limit=REQUEST_LINE_BYTES_MAX
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

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

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = (await reader.readuntil(b"\r\n")).decode("latin-1").split(" ")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            line = []
        target = urlsplit(line[1]) if len(line) == 3 and line[0] == "GET" else None
        right = target is not None and target.path == self._path
        status, body = ("200 OK", _PAGE) if right else ("404 Not Found", "")
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()
        if right and target is not None and not self._found.done():
            self._found.set_result(dict(parse_qsl(target.query, keep_blank_values=True)))
