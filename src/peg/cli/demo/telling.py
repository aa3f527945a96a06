"""The verdict of a rehearsal: every figure, and a sentence for each."""

from collections.abc import Mapping
from typing import Any

from peg.cli.demo.processor import is_busy
from peg.cli.demo.screen import NAMES, seconds
from peg.cli.demo.verdict.figures import HASTE_MAX
from peg.cli.terminal import Report
from peg.domain.counted import counted

Row = tuple[str, str]

NAMED_MAX = 3
"""So many breaches of one invariant are told to a person; a program is told all."""


def told(found: Mapping[str, Any], *, payment_s: float, ceiling_s: float) -> Report:
    """What was found, for a program and for a person.

    Args:
        found: the figures and the verdict.
        payment_s: mean seconds from order to payment.
        ceiling_s: the window in which nobody can prevent that a piece is sold twice.
    """
    broken = [promise for promise, held in found["invariants"].items() if not held]
    refused = found["refused_429"]
    if refused["too_many"]:
        share = f"{refused['earned_share']:.2%} of the calls"
        broken.append(f"{share} were refused for haste, at most {HASTE_MAX:.1%} may be")
    return Report(
        facts=found,
        columns=("figure", "what was found"),
        rows=[
            *_speed(found["seconds_from_sale_to_withdrawal"], payment_s),
            *_sold(found, ceiling_s),
            _jeweller(found["jeweller"]),
            *_calls(found),
            *_machine(found["machine"]),
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
    sales = counted(both["count"], "sale")
    half = {side: seconds(figures["p50"]) for side, figures in sides.items()}
    return [
        (
            "sale to withdrawal",
            f"{seconds(both['p50'])} for half, {seconds(both['p99'])} for 99 %: from the order"
            f" until the other shop showed less, by the shops' own record of {sales}",
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


def _machine(facts: Mapping[str, Any]) -> list[Row]:
    """Said where the machine was too busy for the figures of time above to be PEG's own."""
    if not is_busy(facts):
        return []
    return [
        (
            "the machine",
            f"PEG waited {facts['waited_for_one_s']:.0f} of {facts['seconds']:.0f} s for one of"
            f" {counted(facts['processors'], 'processor')}: other programs made it slow, so the"
            " seconds told here are not its own. End them, and run this again",
        )
    ]


def _sold(found: Mapping[str, Any], ceiling_s: float) -> list[Row]:
    twice = found["double_sales"]
    orders = " and ".join(
        f"{counted(found['sales'][channel.value]['orders'], 'order')} on {name}"
        for channel, name in NAMES.items()
    )
    in_the_book = any(held for name, held in found["invariants"].items() if name.startswith("I2 "))
    kept = "each is in the book, once" if in_the_book else "not each is in the book once: see I2"
    return [
        ("sold", f"{orders}: {kept}"),
        (
            "sold twice",
            f"{len(twice['inside'])} inside the window, before any shop could be told"
            f"{_cases(len(twice['inside']))}",
        ),
        (
            "",
            f"{len(twice['outside'])} outside it, or later than {ceiling_s:g} s: such a one is"
            " PEG's fault",
        ),
    ]


def _cases(pieces: int) -> str:
    """What has become of pieces that two people bought."""
    return f": PEG is to open a case for {'it' if pieces == 1 else 'each'}" if pieces else ""


def _jeweller(done: Mapping[str, int]) -> Row:
    return (
        "the jeweller",
        f"{done['sold_in_person']} sold in person, {done['received']} received, {done['held']} held"
        f" for a while, {counted(done['pairs_accepted'], 'pair')} accepted and"
        f" {counted(done['questions_answered'], 'question')} answered while the shops were open",
    )


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
            f"{refused['earned']}: calls that came faster than a shop allows, at most"
            f" {HASTE_MAX:.1%} of all",
        ),
    ]


def _end(found: Mapping[str, Any]) -> list[Row]:
    drift = found["drift"]
    wrong, held = len(drift["offers"]), len(drift["kept_by_a_question"])
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
        *_judged(found["judged"]),
    ]


def _judged(judged: Mapping[str, Any]) -> list[Row]:
    """Each invariant: what it promises, and what was found."""
    rows = []
    for promise, facts in judged.items():
        number, _, words = promise.partition(" ")
        rows.append((number, f"{words}: {_found_out(facts)}"))
    return rows


def _found_out(facts: Mapping[str, Any]) -> str:
    broken, excused = facts["broken"], facts["excused"]
    if not broken:
        but = f"; excused: {len(excused)}, each with its reason in --json" if excused else ""
        return f"held, by {facts['compared']}{but}"
    more = len(broken) - NAMED_MAX
    named = "; ".join(broken[:NAMED_MAX])
    return f"BROKEN. {named}" + (f"; and {more} more" if more > 0 else "")
