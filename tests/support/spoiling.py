"""A marketplace whose answers lose a field on the way, as they do when it changes overnight."""

import json
from collections.abc import Callable
from typing import Any

import httpx2


class Spoiling(httpx2.AsyncBaseTransport):
    """Hands requests on; while `spoil` is set, it may change each JSON answer."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner
        self.spoil: Callable[[Any], None] | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._inner.handle_async_request(request)
        if self.spoil is None:
            return answer
        body = json.loads(await answer.aread())
        self.spoil(body)
        kept = {name: value for name, value in answer.headers.items() if name != "content-length"}
        return httpx2.Response(answer.status_code, headers=kept, json=body)
