"""A process of PEG's that kills itself when it comes to a point: watched from outside of PEG.

What is under way is read off the stack: a function has a part in a transaction that one of its own
statements wrote in, and in a request that goes out while it waits for it. SQLAlchemy tells of
statements and commits, the HTTP client's transport of requests. PEG's source has no part in this.
"""

import importlib
import inspect
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from operator import attrgetter
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import greenlet  # type: ignore[import-untyped]  # comes without types
import httpx2
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session
from tests.concurrency.crashes.points import Moment, Point

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")

Send = Callable[[httpx2.AsyncHTTPTransport, httpx2.Request], Awaitable[httpx2.Response]]


class NoSuchFunction(Exception):
    """PEG has no function of that name: mend the table of points."""


class Watch:
    """Looks at each write, commit and request, and ends the process at the point."""

    def __init__(self, point: Point, armed: Path) -> None:
        """Nothing counts before the file `armed` is there."""
        self._point = point
        self._armed = armed
        self._code = code_of(point.where)
        self._left = point.nth
        self._writes_in: Connection | None = None
        """The open transaction that the function has a part in; SQLite has one writer at a time."""

    def begin(self) -> None:
        """Listen from now on."""
        event.listen(Engine, "after_cursor_execute", self._executed)
        event.listen(Engine, "rollback", self._rolled_back)
        event.listen(Engine, "commit", self._committing)
        event.listen(Session, "after_commit", self._committed)
        _listen_to_requests(self._around)

    def _executed(self, connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith(WRITES) and self._is_under_way():
            self._writes_in = connection
            self._come_to(Moment.WRITING)

    def _committing(self, connection: Connection) -> None:
        if connection is self._writes_in:
            self._come_to(Moment.COMMITTING)

    def _committed(self, _session: Session) -> None:
        if self._writes_in is not None:
            self._writes_in = None
            self._come_to(Moment.COMMITTED)

    def _rolled_back(self, connection: Connection) -> None:
        if connection is self._writes_in:  # and not that of somebody who has only read meanwhile
            self._writes_in = None

    async def _around(
        self, send: Send, transport: httpx2.AsyncHTTPTransport, request: httpx2.Request
    ) -> httpx2.Response:
        mine = self._is_under_way()
        if mine:
            self._come_to(Moment.ASKING)
        response = await send(transport, request)
        if mine:
            self._come_to(Moment.ANSWERED)
        return response

    def _is_under_way(self) -> bool:
        return any(frame.f_code is self._code for frame in stack())

    def _come_to(self, moment: Moment) -> None:
        if moment is not self._point.moment or not self._armed.exists():
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def stack() -> Iterator[FrameType]:
    """Every function under way in this task; SQLAlchemy runs its own part in a greenlet."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to the stack
    around = greenlet.getcurrent().parent
    while frame is not None or around is not None:
        while frame is not None:
            yield frame
            frame = frame.f_back
        if around is not None:
            frame, around = around.gr_frame, around.parent


def code_of(name: str) -> CodeType:
    """The code of `module:function`.

    Raises:
        NoSuchFunction: there is none.
    """
    module, _, function = name.partition(":")
    try:
        found = attrgetter(function)(importlib.import_module(module))
    except (ImportError, AttributeError) as error:
        raise NoSuchFunction(name) from error
    code: CodeType = inspect.unwrap(found).__code__
    return code


def _listen_to_requests(around: Callable[..., Awaitable[httpx2.Response]]) -> None:
    """Whatever client is opened, its requests pass here."""
    send = httpx2.AsyncHTTPTransport.handle_async_request

    async def handle(self: httpx2.AsyncHTTPTransport, request: httpx2.Request) -> httpx2.Response:
        return await around(send, self, request)

    setattr(httpx2.AsyncHTTPTransport, "handle_async_request", handle)  # noqa: B010 - a library's seam, in a process of our own
