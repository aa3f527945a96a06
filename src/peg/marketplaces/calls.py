"""What was asked of the marketplaces, counted by operation and outcome."""

from collections import Counter
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx2
import structlog

from peg.domain.identity import ShopId
from peg.marketplaces.port import MarketplaceError, MarketplaceUnavailable
from peg.monitoring.metrics import Metrics

log = structlog.get_logger()

NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
"""Failures after which nothing can have arrived."""

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


async def ask_outside(
    operation: str,
    asking: Awaitable[httpx2.Response],
    *,
    of: str,
    lost: type[MarketplaceError] = MarketplaceUnavailable,
) -> httpx2.Response:
    """The answer to a call around a new token, which belongs to no connected shop yet.

    Args:
        operation: what it is called in the log.
        asking: the call.
        of: the address that is asked, for people.
        lost: what it means that the call may have arrived and no answer came.

    Raises:
        MarketplaceUnavailable: the address cannot be reached.
        MarketplaceError: as `lost` says.
    """
    answer, outcome, ms = None, "abandoned", None
    try:
        answer = await asking
        with suppress(RuntimeError):  # an answer that did not travel took no time
            ms = round(answer.elapsed.total_seconds() * 1000, 1)
    except NEVER_SENT as cause:
        outcome = "no answer"
        raise MarketplaceUnavailable(
            f"{of} cannot be reached ({type(cause).__name__}): see that this machine is online and"
            " that the address is right, then try again"
        ) from cause
    except httpx2.TransportError as cause:
        outcome = "no answer"
        raise lost(
            f"{of} gave no answer ({type(cause).__name__}): try again; if it then refuses what was"
            " given, begin the connection anew"
        ) from cause
    finally:
        _tell(operation, answer, status=outcome if answer is None else answer.status_code, ms=ms)
    return answer


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
