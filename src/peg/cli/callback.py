"""Wait for the browser to come back from a consent page, on this machine, once.

Anything on the machine may knock here: a browser after its icon, another tab, a scan of the ports.
Only who brings the state of the connection that was begun ends the waiting.
"""

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
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

_PAGE = "<!doctype html><html lang=en><meta charset=utf-8><title>PEG</title><p>{sentence}</p>"
_CLOSE = "You can close this window."
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


@dataclass(frozen=True, slots=True)
class _Stray:
    """What to answer a request that is not the one that is waited for."""

    status: str
    sentence: str


_NO_REQUEST = _Stray("400 Bad Request", "This is no request that a browser makes.")
_ELSEWHERE = _Stray(
    "404 Not Found",
    "Nothing is here: PEG only waits for a shop's consent page to send the browser back.",
)
_ANOTHER_STATE = _Stray(
    "400 Bad Request",
    "This does not belong to the connection that was begun last: PEG goes on waiting. Open the page"
    " that `peg connect` named in the terminal, and allow PEG there.",
)


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
        self._state = ""
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

    async def parameters(self, state: str) -> Mapping[str, str]:
        """What the browser brought along that brings this `state`.

        Raises:
            NobodyCame: it did not in time.
        """
        self._state = state
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
            await self._hear(reader, writer)
        except ConnectionError:
            pass  # whoever hung up needs no answer
        finally:
            writer.close()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        brought = self._brought(await _request_line(reader))
        if isinstance(brought, _Stray):
            await _write(writer, brought.status, brought.sentence)
            return
        if not self._found.done():
            self._found.set_result(brought)
        goodbye = asyncio.create_task(self._tell(writer))
        self._waiting.add(goodbye)
        await goodbye

    def _brought(self, request_line: str) -> Mapping[str, str] | _Stray:
        """What stands in the address, if its path is ours, and its state that of what was begun."""
        words = request_line.split(" ")
        if len(words) != 3:
            return _NO_REQUEST
        method, address, _ = words
        try:
            target = urlsplit(address)
        except ValueError:
            return _NO_REQUEST
        if method != "GET" or target.path != self._path:
            return _ELSEWHERE
        brought = dict(parse_qsl(target.query, keep_blank_values=True))
        given = brought.get("state", "")
        if not self._state or not hmac.compare_digest(given.encode(), self._state.encode()):
            return _ANOTHER_STATE
        return brought

    async def _tell(self, writer: asyncio.StreamWriter) -> None:
        await _write(writer, "200 OK", f"{await self._came_of_it} {_CLOSE}")


async def _request_line(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n")).decode("latin-1").removesuffix("\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return ""


async def _write(writer: asyncio.StreamWriter, status: str, sentence: str) -> None:
    content = _PAGE.format(sentence=escape(sentence)).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
    await writer.drain()
