"""Rounds of reading receipts miss nothing, whatever changes while they read."""

from datetime import timedelta
from typing import Any

import pytest
from tests.support.clocks import MONDAY_NOON

from peg.marketplaces.etsy.rounds import (
    PAGE,
    Cursor,
    after,
    begun,
    parse,
    query,
)

NOON = int(MONDAY_NOON.timestamp())
IN_2099 = 4_070_908_800


class Etsy:
    """Receipts by Etsy's filters: cancelled or not, by time of change or of creation."""

    def __init__(self, receipts: list[dict[str, Any]]) -> None:
        self.receipts = receipts
        self.calls = 0

    def page(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        self.calls += 1
        stamp = "updated_timestamp" if asked["sort_on"] == "updated" else "created_timestamp"
        low = int(asked.get("min_last_modified") or asked["min_created"])
        found = [
            dict(one)
            for one in self.receipts
            if one[stamp] >= low and one["cancelled"] == (asked["was_canceled"] == "true")
        ]
        found.sort(key=lambda one: (one[stamp], one["receipt_id"]))
        return found[int(asked["offset"]) :][: int(asked["limit"])]


def receipt(number: int, at: int, *, cancelled: bool = False) -> dict[str, Any]:
    return {
        "receipt_id": number,
        "created_timestamp": at,
        "updated_timestamp": at,
        "cancelled": cancelled,
    }


def read_round(
    etsy: Etsy, kept: str | None, *, later_s: float = 0, sales_only: bool = False
) -> tuple[set[int], str]:
    now = MONDAY_NOON + timedelta(seconds=later_s)
    seen: set[int] = set()
    while True:
        cursor = begun(parse(kept, now), now, sales_only=sales_only)
        page = etsy.page(query(cursor))
        cursor = after(cursor, page, now)
        seen |= {one["receipt_id"] for one in page}
        kept = cursor.text()
        if not cursor.walks:
            return seen, kept


def test_the_first_round_reads_all_of_three_months() -> None:
    etsy = Etsy([receipt(n, NOON - n * 3600, cancelled=n % 7 == 0) for n in range(700)])

    seen, _ = read_round(etsy, None)

    assert seen == set(range(700))


def test_an_idle_poll_costs_two_calls_and_a_reread_one_more_every_ten_minutes() -> None:
    etsy = Etsy([receipt(1, NOON - 60)])
    _, kept = read_round(etsy, None)

    etsy.calls = 0
    for minute in range(2, 61, 2):
        _, kept = read_round(etsy, kept, later_s=60 * minute)

    assert etsy.calls == 30 * 2 + 6


def test_who_asks_for_sales_alone_pays_one_call_and_leaves_cancellations_to_the_next() -> None:
    etsy = Etsy([receipt(1, NOON - 60), receipt(2, NOON - 60, cancelled=True)])
    _, kept = read_round(etsy, None)

    etsy.calls = 0
    seen, kept = read_round(etsy, kept, later_s=1, sales_only=True)

    assert (seen, etsy.calls) == ({1}, 1)
    assert read_round(etsy, kept, later_s=2)[0] == {1, 2}


def test_a_whole_round_does_not_go_on_from_a_broken_one_for_sales_alone() -> None:
    etsy = Etsy([receipt(1, NOON - 60, cancelled=True)])
    _, kept = read_round(etsy, None)

    broken = begun(parse(kept, MONDAY_NOON), MONDAY_NOON, sales_only=True).text()

    assert read_round(etsy, broken, later_s=1)[0] == {1}


def test_a_sale_that_shows_nearly_half_an_hour_late_is_still_found() -> None:
    etsy = Etsy([receipt(1, NOON)])
    _, kept = read_round(etsy, None)

    etsy.receipts.append(receipt(2, NOON - 29 * 60))

    seen, _ = read_round(etsy, kept, later_s=120)
    assert 2 in seen


def test_a_cancel_that_no_time_of_change_tells_of_is_found_within_ten_minutes() -> None:
    etsy = Etsy([receipt(1, NOON - 2 * 86_400), receipt(2, NOON)])
    _, kept = read_round(etsy, None)

    etsy.receipts[0]["cancelled"] = True

    assert 1 not in read_round(etsy, kept, later_s=120)[0]
    assert 1 in read_round(etsy, kept, later_s=600)[0]


def test_more_receipts_of_one_second_than_fit_a_page_are_all_read() -> None:
    etsy = Etsy([receipt(n, NOON) for n in range(3 * PAGE + 5)])

    seen, _ = read_round(etsy, None)

    assert seen == set(range(3 * PAGE + 5))


def test_a_receipt_that_changes_while_we_read_hides_no_other() -> None:
    etsy = Etsy([receipt(n, NOON - 1000 + n) for n in range(2 * PAGE)])
    cursor = begun(parse(None, MONDAY_NOON), MONDAY_NOON)
    first = etsy.page(query(cursor))

    for one in etsy.receipts[: PAGE // 2]:  # half of the first page moves to the end
        one["updated_timestamp"] = NOON
    rest, _ = read_round(etsy, after(cursor, first, MONDAY_NOON).text())

    assert {one["receipt_id"] for one in first} | rest == set(range(2 * PAGE))


@pytest.mark.parametrize("ahead", [IN_2099, NOON + 14 * 3600])
def test_a_receipt_that_was_changed_in_times_to_come_hides_no_later_one(ahead: int) -> None:
    etsy = Etsy([receipt(1, NOON), receipt(2, ahead)])
    _, kept = read_round(etsy, None)

    etsy.receipts.append(receipt(3, NOON + 60))

    assert 3 in read_round(etsy, kept, later_s=120, sales_only=True)[0]


def test_a_cursor_ahead_of_our_clock_begins_anew() -> None:
    ahead = Cursor(since=IN_2099).text()

    assert parse(ahead, MONDAY_NOON) == parse(None, MONDAY_NOON)


def test_an_unreadable_cursor_begins_anew() -> None:
    for text in ("", "{}", "no json", '{"since":1,"walks":[],"reread_at":[0],"else":2}', "[]"):
        assert parse(text, MONDAY_NOON) == parse(None, MONDAY_NOON)


def test_a_cursor_survives_being_kept_as_text() -> None:
    cursor = begun(Cursor(since=NOON), MONDAY_NOON)

    assert parse(cursor.text(), MONDAY_NOON) == cursor
