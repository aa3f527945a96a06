"""What happened around a slow sale stands on one line each, by the seconds from the sale."""

from bench.slowest import around

SALE = {"sold_at": "2026-11-26T21:38:56.300000+00:00", "seconds": 0.5}


def event(at: str, **facts: object) -> dict[str, object]:
    return {"timestamp": f"2026-11-26T21:38:{at}Z", "level": "info", "event": "", **facts}


def test_what_happened_from_a_second_before_until_it_was_followed_is_told() -> None:
    events = [
        event("55.200000", event="too.early"),
        event("56.250000", event="webhook.kept", topic="orders/create", delivery="42"),
        event("56.320000", event="marketplace.called", task="lowering", operation="PUT", ms=8.1),
        event("56.950000", event="too.late"),
    ]

    assert [line.split() for line in around(SALE, events)] == [
        ["-0.050", "webhook.kept", "topic=orders/create"],
        ["+0.020", "lowering", "PUT", "ms=8.1"],
    ]
