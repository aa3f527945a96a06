"""Works on bulk operations in the background, a page at a time, and writes JSON lines."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from marketsim.shopify.bulk_records import BulkOperation
from marketsim.shopify.call import BulkWindow, Call
from marketsim.shopify.execution import Prepared, Unreadable, execute, prepare
from marketsim.shopify.payloads.bulk import finish_body
from marketsim.shopify.shop import Shop

PAGE = 250
RESULT_LIFE = timedelta(days=7)


class BulkWorker:
    """Runs operations to their end, unless they are cancelled meanwhile."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def start(self, operation: BulkOperation, uploaded: bytes, scopes: frozenset[str]) -> None:
        """Begin; nothing is read or written before some time has passed."""
        steps = self._steps(operation, uploaded, scopes)

        def step() -> None:
            if operation.status == "CANCELING":
                self._end(operation, "CANCELED")
            elif next(steps, None) is not None:
                self._shop.agenda.later(self._pause_s(0.02), step)

        def begin() -> None:
            operation.status = "RUNNING" if operation.status == "CREATED" else operation.status
            step()

        self._shop.agenda.later(self._pause_s(0.5), begin)

    def _pause_s(self, longest: float) -> float:
        return max(self._shop.delay_s(longest / 2, longest), 0.000_001)

    def _steps(
        self, operation: BulkOperation, uploaded: bytes, scopes: frozenset[str]
    ) -> Iterator[bool]:
        try:
            prepared = prepare(operation.query, None)
        except Unreadable:
            self._end(operation, "FAILED", error="INTERNAL_SERVER_ERROR")
            return
        work = (
            self._read(operation, prepared, scopes)
            if operation.type == "QUERY"
            else self._write(operation, prepared, uploaded, scopes)
        )
        for _ in work:
            if self._shop.strikes("bulk_fails"):
                self._end(operation, "FAILED", error="INTERNAL_SERVER_ERROR")
                return
            yield True
        self._end(operation, "COMPLETED")

    def _read(
        self, operation: BulkOperation, prepared: Prepared, scopes: frozenset[str]
    ) -> Iterator[None]:
        window = BulkWindow(after=None, size=PAGE, more=True)
        while window.more:
            window.more = False
            call = Call(shop=self._shop, scopes=scopes, window=window)
            result = execute(call, prepared, {})
            for root in (result.data or {}).values():
                rows = [line for node in _nodes(root) for line in _lines(node, None)]
                operation.root_object_count += sum("__parentId" not in row for row in rows)
                self._append(operation, rows)
            window.after = window.end
            yield

    def _write(
        self,
        operation: BulkOperation,
        prepared: Prepared,
        uploaded: bytes,
        scopes: frozenset[str],
    ) -> Iterator[None]:
        for number, line in enumerate(uploaded.decode().splitlines()):
            if not line.strip():
                continue
            call = Call(shop=self._shop, scopes=scopes)
            self._shop.subscriptions.new_action()
            result = execute(call, prepared, json.loads(line))
            for settle in call.settle:
                settle()
            row: dict[str, Any] = {"data": result.data, "__lineNumber": number}
            if result.errors:
                row["errors"] = [error.formatted for error in result.errors]
            operation.root_object_count += 1
            self._append(operation, [row])
            yield

    def _append(self, operation: BulkOperation, rows: list[dict[str, Any]]) -> None:
        operation.object_count += len(rows)
        written = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
        operation.result += written.encode()

    def _end(self, operation: BulkOperation, status: str, *, error: str | None = None) -> None:
        operation.status = status
        operation.error_code = error
        operation.completed_at = self._shop.store.now()
        address = f"{self._shop.public_url}/bulk/{operation.number}.jsonl"
        if status == "COMPLETED" and operation.result:
            operation.url = address
        elif operation.result:
            operation.partial_data_url = address
        self._shop.subscriptions.emit("bulk_operations/finish", lambda: finish_body(operation))


def _nodes(connection: Any) -> list[dict[str, Any]]:
    """The records of a connection, whichever way they were selected."""
    if not isinstance(connection, dict):
        return []
    if "nodes" in connection:
        return [node for node in connection["nodes"] if node]
    if "edges" in connection:
        return [edge["node"] for edge in connection["edges"] if edge["node"]]
    return []


def _lines(node: dict[str, Any], parent: str | None) -> Iterator[dict[str, Any]]:
    """A record on its own line, then the records of its connections with `__parentId`."""
    connections = {
        key: value
        for key, value in node.items()
        if isinstance(value, dict) and ("nodes" in value or "edges" in value)
    }
    line = {key: value for key, value in node.items() if key not in connections}
    yield line | ({"__parentId": parent} if parent else {})
    for connection in connections.values():
        for child in _nodes(connection):
            yield from _lines(child, node.get("id"))
