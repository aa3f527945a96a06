"""What is measured. Labels are few and closed: never a SKU, an order or a shop."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600)
"""Bucket edges of every duration, fixed so that figures of two releases compare."""

SALE_SECONDS = (*SECONDS, 1800, 3600)
"""The same for sales, and on: Etsy may tell of one half an hour late."""

PAIR = ("sold_on", "followed_on")


@dataclass(frozen=True, slots=True)
class Metrics:
    """Every series of one process, on its own registry. Made once, by wiring."""

    registry: CollectorRegistry
    webhooks: Counter
    orders: Counter
    sale_followed_s: Histogram
    sales_waiting: Gauge
    sale_waiting_s: Gauge
    alerts: Counter
    calls: Counter
    call_s: Histogram
    task_crashes: Counter
    oldest_waiting_s: Gauge
    dead_messages: Gauge
    open_cases: Gauge
    drift: Gauge
    offers_behind: Gauge
    open_questions: Gauge
    breaches: Gauge
    up: Gauge = field(repr=False)

    def exposition(self) -> bytes:
        """All series in Prometheus' text format."""
        return generate_latest(self.registry)


def make_metrics() -> Metrics:
    """A fresh registry with every series on it."""
    r = CollectorRegistry()
    followed_s, waiting, waiting_s = _of_sales(r)
    return Metrics(
        registry=r,
        webhooks=Counter(
            "peg_webhooks_total", "Webhooks received.", ("channel", "outcome"), registry=r
        ),
        orders=Counter(
            "peg_orders_total",
            "Orders posted to the book, and changes of them.",
            ("channel",),
            registry=r,
        ),
        sale_followed_s=followed_s,
        sales_waiting=waiting,
        sale_waiting_s=waiting_s,
        alerts=Counter("peg_alerts_total", "Alarms raised.", ("alert",), registry=r),
        calls=Counter(
            "peg_marketplace_calls_total",
            "Requests to a marketplace.",
            ("channel", "operation", "outcome"),
            registry=r,
        ),
        call_s=Histogram(
            "peg_marketplace_call_seconds",
            "From sending a request to its whole answer.",
            ("channel", "operation"),
            buckets=SECONDS,
            registry=r,
        ),
        task_crashes=Counter(
            "peg_task_crashes_total", "Background tasks restarted.", ("task",), registry=r
        ),
        oldest_waiting_s=Gauge(
            "peg_oldest_waiting_seconds",
            "Age of the oldest event or message not yet worked, or offer that is behind.",
            ("queue",),
            registry=r,
        ),
        dead_messages=Gauge(
            "peg_dead_messages", "Messages given up after all attempts.", registry=r
        ),
        open_cases=Gauge("peg_open_cases", "Cases that wait for a person.", registry=r),
        drift=Gauge(
            "peg_drift_offers", "Offers that differed at the last reconciliation.", registry=r
        ),
        offers_behind=Gauge(
            "peg_offers_behind", "Offers that do not show their newest target yet.", registry=r
        ),
        open_questions=Gauge("peg_open_questions", "Questions that wait for a person.", registry=r),
        breaches=Gauge(
            "peg_invariant_breaches",
            "What was found untrue at the last look, by the truth it breaks.",
            ("truth",),
            registry=r,
        ),
        up=Gauge("peg_up", "1 while the process runs.", registry=r),
    )


def _of_sales(r: CollectorRegistry) -> tuple[Histogram, Gauge, Gauge]:
    """How fast sales were followed; how many are not yet, and the age of the oldest of them."""
    return (
        Histogram(
            "peg_sale_followed_seconds",
            "From a sale, by its marketplace's word, until the other shops were seen to follow.",
            PAIR,
            buckets=SALE_SECONDS,
            registry=r,
        ),
        Gauge(
            "peg_sales_waiting", "Sales that the other shops have yet to follow.", PAIR, registry=r
        ),
        Gauge(
            "peg_sale_waiting_seconds",
            "Age of the oldest sale that the other shops have yet to follow.",
            PAIR,
            registry=r,
        ),
    )
