"""An answer that never arrives whole, as when a connection breaks."""

import httpx2
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class ConnectionLost(httpx2.RemoteProtocolError):
    """The server hung up in the middle of an answer.

    An in-process client sees it as the transport error that it is; a real server, which has
    already begun to answer, can only close the connection.
    """


class BrokenAnswer(Response):
    """Promises a body and closes the connection instead."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"co', "more_body": True})
        raise ConnectionLost("peer closed connection without sending complete message body")
