"""What was asked of the marketplaces, counted by operation and outcome."""

from collections import Counter
from collections.abc import Mapping

import structlog

from peg.domain.identity import ShopId
from peg.monitoring.metrics import Metrics

log = structlog.get_logger()


class CallLog:
    """Counts and logs every call. No address, body or token is ever written down."""

    def __init__(self, metrics: Metrics | None = None) -> None:
        self._metrics = metrics
        self._counts: Counter[tuple[str, str]] = Counter()

    def ended(
        self, shop: ShopId, operation: str, *, outcome: str, seconds: float, attempt: int
    ) -> None:
        """One call came to its end."""
        channel = shop.split(":", 1)[0]
        self._counts[f"{channel}.{operation}", outcome] += 1
        log.debug(
            "marketplace.called",
            shop=shop,
            operation=operation,
            outcome=outcome,
            seconds=round(seconds, 4),
            attempt=attempt,
        )
        if self._metrics is not None:
            self._metrics.calls.labels(channel, operation, outcome).inc()
            self._metrics.call_s.labels(channel, operation).observe(seconds)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Calls by operation, then by outcome (`ok`, `429`, `500`, `no answer`, …)."""
        table: dict[str, dict[str, int]] = {}
        for (operation, outcome), count in sorted(self._counts.items()):
            table.setdefault(operation, {})[outcome] = count
        return table
