"""Where staged files are uploaded to and bulk results are fetched from."""

from datetime import timedelta

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from marketsim.shopify.shop import Shop

RESULT_LIFE = timedelta(days=7)


class Storage:
    """A small stand-in for Shopify's cloud storage."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def routes(self) -> list[Route]:
        """Where it is."""
        return [
            Route("/staged", self.form, methods=["POST"]),
            Route("/staged/{key:path}", self.put, methods=["PUT"]),
            Route("/bulk/{number:int}.jsonl", self.result),
        ]

    async def put(self, request: Request) -> Response:
        """The file is the body."""
        return self._keep(request.path_params["key"], await request.body())

    async def form(self, request: Request) -> Response:
        """The file is a form's `file`; `key` names it."""
        async with request.form() as form:
            key, file = form.get("key"), form.get("file")
            if not isinstance(key, str) or file is None:
                return PlainTextResponse("key and file are needed", 400)
            content = await file.read() if isinstance(file, UploadFile) else file.encode()
        return self._keep(key, content)

    async def result(self, request: Request) -> Response:
        """A finished operation's lines, for seven days."""
        operation = self._shop.bulk.get(request.path_params["number"])
        if operation is None or operation.completed_at is None:
            return PlainTextResponse("no such result", 404)
        if operation.completed_at + RESULT_LIFE <= self._shop.clock.now():
            return PlainTextResponse("the address has expired", 403)
        return Response(operation.result, media_type="application/jsonl")

    def _keep(self, key: str, content: bytes) -> Response:
        if key not in self._shop.files.staged:
            return PlainTextResponse("this key was not staged", 403)
        self._shop.files.staged[key] = content
        return PlainTextResponse("", 201)
