"""The verdict of a rehearsal: every figure, and a sentence for each."""

from collections.abc import Mapping
from typing import Any

from peg.cli.demo.screen import NAMES, seconds
from peg.cli.demo.verdict import failures
from peg.cli.terminal import Report

Row = tuple[str, str]


def told(found: Mapping[str, Any], *, payment_s: float, ceiling_s: float) -> Report:
    """What was found, for a program and for a person.

    Args:
        found: the figures and the verdict.
        payment_s: mean seconds from order to payment.
        ceiling_s: the window in which nobody can prevent that a piece is sold twice.
    """
    broken = failures(found["invariants"])
    return Report(
        facts=found,
        columns=("figure", "what was found"),
        rows=[
            *_speed(found["seconds_from_sale_to_withdrawal"], payment_s),
            *_sold(found, ceiling_s),
            *_calls(found),
            *_end(found),
        ],
        sentence=(
            f"\nNOT WELL. Broken: {'; '.join(broken)}."
            if broken
            else "\nWELL. Every invariant held."
        ),
        exit_code=0 if found["ok"] else 1,
    )


def _speed(lowered: Mapping[str, Any], payment_s: float) -> list[Row]:
    both, sides = lowered["after_sales"], lowered["after_sales_by_direction"]
    half = {side: seconds(figures["p50"]) for side, figures in sides.items()}
    return [
        (
            "sale to withdrawal",
            f"{seconds(both['p50'])} for half, {seconds(both['p99'])} for 99 %: from the order"
            f" until the other shop showed less, by the shops' own record of {both['count']} sales",
        ),
        (
            "  Shopify to Etsy",
            f"{half.get('shopify->etsy', '-')} for half: Shopify tells of an order at once",
        ),
        (
            "  Etsy to Shopify",
            f"{half.get('etsy->shopify', '-')} for half: Etsy tells of a sale once it is paid,"
            f" here after {payment_s:g} s on average",
        ),
    ]


def _sold(found: Mapping[str, Any], ceiling_s: float) -> list[Row]:
    twice, missing = found["double_sales"], sum(found["orders_missing"].values())
    orders = " and ".join(
        f"{found['sales'][channel.value]['orders']} orders on {name}"
        for channel, name in NAMES.items()
    )
    kept = f"{missing} of them missing in the book" if missing else "each is in the book, once"
    return [
        ("sold", f"{orders}: {kept}"),
        (
            "sold twice",
            f"{len(twice['inside'])} inside the window: two people bought before any shop could be"
            " told; PEG opened a case",
        ),
        (
            "",
            f"{len(twice['outside'])} outside it, or later than {ceiling_s:g} s: that would be"
            " PEG's fault",
        ),
    ]


def _calls(found: Mapping[str, Any]) -> list[Row]:
    calls, refused = found["api_calls"], found["refused_429"]
    return [
        (
            "calls to the shops",
            f"{calls['per_sale']} a sale, {calls['total']} in all: the import and all polls are"
            " among them",
        ),
        (
            "refused for haste",
            f"{refused['earned']}: calls that came faster than a shop allows",
        ),
    ]


def _end(found: Mapping[str, Any]) -> list[Row]:
    drift = found["drift"]
    wrong, held = len(drift["offers"]), len(drift["kept_by_a_question"])
    kept = [name for name, kept in found["invariants"].items() if kept]
    return [
        (
            "offers at the end",
            f"{drift['checked'] - wrong - held} right, {wrong} wrong, {held} kept lower until a"
            " person answers a question: all were read afresh",
        ),
        (
            "open questions",
            f"{len(found['questions'])}: what PEG cannot prove it asks, and shows less meanwhile",
        ),
        ("invariants", f"{len(kept)} of {len(found['invariants'])} held: {'; '.join(kept)}"),
    ]
