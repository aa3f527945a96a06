"""What `peg demo` draws and says, in whatever width the terminal has."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console, RenderableType
from tests.support.live_moment import moment

from peg.cli.demo.screen import picture
from peg.cli.demo.telling import told
from peg.cli.terminal import Terminal

LOWERED = {"p50": 0.836, "p99": 2.736, "count": 19}
TRUTH: dict[str, Any] = {
    "sales": {"shopify": {"units": 8, "orders": 8}, "etsy": {"units": 12, "orders": 11}},
    "seconds_to_lower": {"after_sales": LOWERED},
    "double_sales": {"inside": [{}], "outside": []},
    "in_person": {"sold": 3, "received": 1},
}
FOUND: dict[str, Any] = {
    **TRUTH,
    "seconds_from_sale_to_withdrawal": {
        "after_sales": LOWERED,
        "after_sales_by_direction": {"shopify->etsy": LOWERED, "etsy->shopify": LOWERED},
    },
    "api_calls": {"per_sale": 11.75, "total": 235},
    "refused_429": {"earned": 0, "earned_share": 0.0, "too_many": False},
    "drift": {"checked": 115, "offers": [], "kept_by_a_question": [{}, {}]},
    "questions": ["How many can be sold?"],
    "jeweller": {
        "sold_in_person": 3,
        "received": 1,
        "held": 1,
        "pairs_accepted": 1,
        "questions_answered": 1,
    },
    "machine": {"processors": 2, "seconds": 200.0, "waited_for_one_s": 3.1},
    "invariants": {"I2 every order line counts once": True},
    "judged": {
        "I2 every order line counts once": {
            "compared": "21 lines of 19 orders",
            "broken": [],
            "excused": ["etsy order 1, line 1: a person is asked what was sold"],
        }
    },
    "ok": True,
}


def drawn(what: RenderableType, width: int) -> list[str]:
    out = StringIO()
    Console(file=out, width=width, legacy_windows=False).print(what)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("height", [24, 50])
def test_a_moment_fits_the_terminal_and_cuts_no_figure(width: int, height: int) -> None:
    buyers = {"state": "running", "orders": {"placed": 20, "wanted": 60}}

    lines = drawn(picture(moment(), TRUTH, buyers, height=height), width)

    text = "\n".join(lines)
    assert len(lines) < height
    assert max(map(len, lines)) <= width
    for figure in ("503", "547", "1.23 s", "on the way", "one shop only", "cancelled", "2.74 s"):
        assert figure in text
    assert "Open: 20 of 60 orders." in text


@pytest.mark.parametrize("width", [80, 120])
def test_the_verdict_says_each_figure_in_a_sentence(width: int) -> None:
    out = StringIO()
    console = Console(file=out, width=width, force_terminal=True)
    here = Terminal(environment={}, out=console, err=Console(stderr=True))

    exit_code = here.show(told(FOUND, payment_s=1.5, ceiling_s=60.0))

    lines = out.getvalue().splitlines()
    said = " ".join(" ".join(lines).split())
    assert exit_code == 0
    assert max(map(len, lines)) <= width
    assert "0.84 s for half, 2.74 s for 99 %: from the order until the other shop showed" in said
    assert "8 orders on Shopify and 11 orders on Etsy: each is in the book, once" in said
    assert "3 sold in person, 1 received, 1 held for a while, 1 pair accepted" in said
    assert "1 inside the window, before any shop could be told: PEG is to open a case for" in said
    assert "every order line counts once: held, by 21 lines of 19 orders; excused: 1, each" in said
    assert "113 right, 0 wrong, 2 kept lower until a person answers" in said
    assert said.endswith("WELL. Every invariant held.")


def test_of_no_piece_that_was_sold_twice_no_case_is_told() -> None:
    twice: dict[str, list[object]] = {"inside": [], "outside": []}

    said = told({**FOUND, "double_sales": twice}, payment_s=1.5, ceiling_s=60.0)

    assert ("sold twice", "0 inside the window, before any shop could be told") in said.rows


def test_a_broken_invariant_is_named_with_its_first_breaches_and_ends_with_1() -> None:
    out = StringIO()
    here = Terminal(environment={}, out=Console(file=out, width=80), err=Console(stderr=True))
    name = "I2 every order line counts once"
    lines = [f"etsy order {number}: is not in the book" for number in range(1, 6)]
    judged = {name: {"compared": "21 lines", "broken": lines, "excused": []}}
    broken = {**FOUND, "invariants": {name: False}, "judged": judged, "ok": False}

    exit_code = here.show(told(broken, payment_s=1.5, ceiling_s=60.0))

    said = " ".join(out.getvalue().split())
    assert exit_code == 1
    assert "NOT WELL. Broken: I2 every order line counts once." in said
    assert "BROKEN. etsy order 1: is not in the book;" in said
    assert "etsy order 3: is not in the book; and 2 more" in said
    assert "not each is in the book once: see I2" in said


def test_a_machine_that_was_too_busy_is_named_beside_the_seconds() -> None:
    busy = {"processors": 2, "seconds": 200.0, "waited_for_one_s": 85.4}

    quiet = told(FOUND, payment_s=1.5, ceiling_s=60.0)
    said = told({**FOUND, "machine": busy}, payment_s=1.5, ceiling_s=60.0)

    assert [row for row in quiet.rows if row[0] == "the machine"] == []
    ((_, sentence),) = [row for row in said.rows if row[0] == "the machine"]
    assert "PEG waited 85 of 200 s for one of 2 processors" in sentence
    assert "run this again" in sentence


def test_calls_refused_for_haste_are_not_well_either() -> None:
    hasty = {"earned": 2, "earned_share": 0.0085, "too_many": True}

    said = told({**FOUND, "refused_429": hasty, "ok": False}, payment_s=1.5, ceiling_s=60.0)

    assert said.exit_code == 1
    assert "NOT WELL" in said.sentence
    assert "0.85% of the calls were refused for haste, at most 0.5% may be" in said.sentence
