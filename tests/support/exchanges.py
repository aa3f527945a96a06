"""Listen in on an ASGI application: every request and its answer, to be judged by a contract."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
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
    """Wrap an application; what passes stands in `exchanges`."""

    app: App
    exchanges: list[Exchange] = field(default_factory=list)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked: list[bytes] = []
        answered: list[bytes] = []
        start: Message = {}

        async def hear() -> Message:
            message = await receive()
            asked.append(message.get("body", b""))
            return message

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            answered.append(message.get("body", b""))
            await send(message)

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

    def faults(self, contract: Callable[[Exchange], list[str]]) -> list[str]:
        """What the contract objects to, each with the exchange it was found in."""
        return [f"{one}: {fault}" for one in self.exchanges for fault in contract(one)]


def _words(headers: Any) -> dict[str, str]:
    return {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in headers}
