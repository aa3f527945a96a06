"""Listen in on an ASGI application: every request and its answer, to be judged by a contract."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what was answered; header names are in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer_headers: dict[str, str]
    answer: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def answer_json(self) -> Any:
        return json.loads(self.answer) if self.answer else None

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


@dataclass(slots=True)
class Overheard:
    """Wrap an application; what passes stands in `exchanges`, and something may come between.

    Requests stand in `heard` too, each as one text, whether or not they get their answer. `takes_s`
    tells of each how long it is on its way.
    """

    app: App
    exchanges: list[Exchange] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    takes_s: Iterator[float] = field(default_factory=lambda: repeat(0.0))
    _waiting: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    _always: list[Callable[[], object]] = field(default_factory=list)

    def always(self, act: Callable[[], object]) -> None:
        """Do `act` each time, just before the application hears a request."""
        self._always.append(act)

    def before(self, words: str, act: Callable[[], object]) -> None:
        """Do `act` once, just before the application hears a request with these words in it."""
        self._waiting.append((words, act))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if (way_s := next(self.takes_s)) > 0:
            await asyncio.sleep(way_s)
        asked: list[bytes] = []
        answered: list[bytes] = []
        start: Message = {}

        async def hear() -> Message:
            message = await receive()
            asked.append(message.get("body", b""))
            if scope["method"] not in {"GET", "DELETE"} and not message.get("more_body"):
                body = b"".join(asked).decode("utf-8", "replace")
                self._hear(f"{scope['method']} {scope['path']} {body}")
            return message

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            answered.append(message.get("body", b""))
            await send(message)

        if scope["method"] in {"GET", "DELETE"}:  # nobody waits for a body
            self._hear(f"{scope['method']} {scope['path']}")
        await self.app(scope, hear, say)
        if start:  # else the connection was dropped without an answer
            self.exchanges.append(
                Exchange(
                    method=scope["method"],
                    path=scope["path"],
                    query=scope["query_string"].decode(),
                    headers=_words(scope["headers"]),
                    body=b"".join(asked),
                    status=start["status"],
                    answer_headers=_words(start.get("headers", [])),
                    answer=b"".join(answered),
                )
            )

    def _hear(self, line: str) -> None:
        self.heard.append(line)
        due = [one for one in self._waiting if one[0] in line]
        for one in due:
            self._waiting.remove(one)
            one[1]()
        for act in self._always:
            act()

    def faults(self, contract: Callable[[Exchange], list[str]]) -> list[str]:
        """What the contract objects to, each with the exchange it was found in."""
        return [f"{one}: {fault}" for one in self.exchanges for fault in contract(one)]


def _words(headers: Any) -> dict[str, str]:
    return {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in headers}
