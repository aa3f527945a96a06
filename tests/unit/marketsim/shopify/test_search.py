from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from tests.unit.marketsim.shopify.rehearsal import Rehearsal

from marketsim.shopify.search import Field, Moment, Number, Search, Word


@dataclass(frozen=True)
class Thing:
    number: int
    sku: str
    updated_at: datetime


FIELDS: dict[str, Field] = {
    "id": Number(get=lambda it: it.number),
    "sku": Word(get=lambda it: it.sku),
    "default": Word(get=lambda it: it.sku),
    "updated_at": Moment(get=lambda it: it.updated_at),
}
THINGS = [
    Thing(1, "Ring-1", datetime(2026, 11, 1, 4, tzinfo=UTC)),
    Thing(2, "RING-2", datetime(2026, 11, 1, 10, tzinfo=UTC)),
    Thing(3, "chain", datetime(2026, 11, 1, 11, tzinfo=UTC)),
]


def found(query: str, *, cut_times: bool = True) -> list[int]:
    searched = Search(FIELDS, cut_times=cut_times).read(query)
    return [it.number for it in THINGS if searched.test(it)]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3]),
        ("updated_at:>='2026-11-01T10:00:00Z'", [2, 3]),
        ('updated_at:>"2026-11-01T10:00:00Z"', [3]),
        ("updated_at:<='2026-11-01T10:00:00Z' updated_at:>'2026-11-01T04:00:00Z'", [2]),
        ("id:2", [2]),
        ("id:gid://shopify/Thing/2", [1, 2, 3]),  # cut at the colon: nothing is left to compare
        ("id:'gid://shopify/Thing/2'", [2]),
        ("sku:ring-1", [1]),
        ("sku:ring*", [1, 2]),
        ("-sku:chain", [1, 2]),
        ("NOT sku:chain", [1, 2]),
        ("sku:chain OR sku:ring-1", [1, 3]),
        ("(sku:chain OR sku:ring-1) AND id:>1", [3]),
        ("id:>1 sku:ring*", [2]),
        ("ring", [1, 2]),
        ("updated_at:>=2026-11-01", [1, 2, 3]),  # midnight in New York is 04:00 UTC that day
        ("updated_at:>2026-11-01", [2, 3]),
        (")", [1, 2, 3]),
    ],
)
def test_queries_find_what_shopify_would(query: str, numbers: list[int]) -> None:
    assert found(query) == numbers


def test_an_unquoted_time_is_cut_to_its_day_silently() -> None:
    query = "updated_at:>=2026-11-01T10:30:00Z"

    searched = Search(FIELDS).read(query)

    assert [it.number for it in THINGS if searched.test(it)] == [1, 2, 3]
    assert searched.warnings == []
    assert found(query, cut_times=False) == [3]


def test_an_unknown_field_matches_everything_with_a_warning() -> None:
    searched = Search(FIELDS).read("colour:red")

    assert all(searched.test(it) for it in THINGS)
    assert searched.warnings == [
        {
            "field": "colour",
            "message": "Invalid search field for this query.",
            "code": "invalid_field",
        }
    ]


async def test_the_warning_stands_where_nobody_looks(shop: Rehearsal) -> None:
    shop.shopify.market.buy(shop.unit("CHAIN"))

    answer = await shop.ask("OrdersUpdatedSince", query="colour:red")

    (search,) = answer["extensions"]["search"]
    assert search["path"] == ["orders"]
    assert search["warnings"][0]["code"] == "invalid_field"
    assert len(answer["data"]["orders"]["nodes"]) == 1


@pytest.mark.parametrize(("rate", "found"), [(1, 0), (0, 1)], ids=["on", "off"])
async def test_a_search_may_lag_behind(shop: Rehearsal, rate: float, found: int) -> None:
    shop.shopify.market.buy(shop.unit("CHAIN"))
    shop.switch(search_lags=rate)
    query = "updated_at:>='2026-11-01T00:00:00Z'"

    at_once = await shop.data("OrdersUpdatedSince", query=query)
    shop.clock.advance(3)
    later = await shop.data("OrdersUpdatedSince", query=query)

    assert len(at_once["orders"]["nodes"]) == found
    assert len(later["orders"]["nodes"]) == 1
