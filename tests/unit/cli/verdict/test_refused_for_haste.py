"""At most half a per cent of the calls may be refused for haste; a rehearsal says when more are."""

from typing import Any

import pytest

from peg.cli.demo.verdict.figures import refusals


def counted(*, earned: int, injected: int = 0) -> dict[str, Any]:
    etsy = {"per_second": earned, "per_day": 0, "injected": injected}
    shopify = {"throttled": 0, "throttled_injected": 0, "http_429_injected": 0}
    return {
        "etsy": {"calls": {"total": 600, "throttled": etsy}},
        "shopify": {"calls": {"total": 400, **shopify}},
    }


@pytest.mark.parametrize(("earned", "too_many"), [(0, False), (5, False), (6, True)])
def test_half_a_per_cent_may_be_refused_for_haste(earned: int, *, too_many: bool) -> None:
    assert refusals(counted(earned=earned))["too_many"] is too_many


def test_what_a_fault_refused_was_not_haste() -> None:
    assert refusals(counted(earned=0, injected=50))["too_many"] is False
