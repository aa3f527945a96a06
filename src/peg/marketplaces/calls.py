"""What was asked of the marketplaces, counted by operation and outcome."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx2
import structlog

from peg.domain.identity import ShopId
from peg.monitoring.metrics import Metrics

log = structlog.get_logger()

REQUEST_IDS = ("x-request-id", "x-etsy-request-uuid")
"""What Shopify and Etsy call a request by; their support asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One try of one request.

    Attributes:
        outcome: `ok`, a status such as `429`, `throttled` (said with status 200), `no answer`, or
            `abandoned`.
        answer: None where there was none.
        quota_left: what the answer tells of it, in the marketplace's own unit.
        tries: which try it was.
    """

    shop: ShopId
    operation: str
    outcome: str
    seconds: float
    tries: int
    answer: httpx2.Response | None = None
    quota_left: float | None = None


def told_outside(operation: str, answer: httpx2.Response) -> None:
    """Log a call around a new token, which belongs to no connected shop yet."""
    ms = None
    with suppress(RuntimeError):  # an answer that did not travel took no time
        ms = round(answer.elapsed.total_seconds() * 1000, 1)
    _tell(operation, answer, status=answer.status_code, ms=ms)


def _tell(operation: str, answer: httpx2.Response | None, **facts: Any) -> None:
    headers = answer.headers if answer is not None else {}
    request_id = next((headers[name] for name in REQUEST_IDS if name in headers), None)
    log.info("marketplace.called", operation=operation, request_id=request_id, **facts)


class CallLog:
    """Counts and logs every call. No address, body or token is ever written down."""

    def __init__(self, metrics: Metrics | None = None) -> None:
        self._metrics = metrics
        self._counts: Counter[tuple[str, str]] = Counter()

    def ended(self, call: Call) -> None:
        """One call came to its end."""
        channel = call.shop.split(":", 1)[0]
        self._counts[f"{channel}.{call.operation}", call.outcome] += 1
        _tell(
            call.operation,
            call.answer,
            shop=call.shop,
            status=call.answer.status_code if call.answer is not None else call.outcome,
            ms=round(call.seconds * 1000, 1),
            quota_left=call.quota_left,
            tries=call.tries,
        )
        if self._metrics is not None:
            self._metrics.calls.labels(channel, call.operation, call.outcome).inc()
            self._metrics.call_s.labels(channel, call.operation).observe(call.seconds)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Calls by operation, then by outcome (`ok`, `429`, `500`, `no answer`, …)."""
        table: dict[str, dict[str, int]] = {}
        for (operation, outcome), count in sorted(self._counts.items()):
            table.setdefault(operation, {})[outcome] = count
        return table
