"""What was put aside is listed with its reason, worked on again, or ticked off; never lost."""

import sqlite3
from pathlib import Path

import pytest
from tests.support.command_line import peg

DELIVERY = (
    "INSERT INTO inbox (id, shop, topic, delivery, headers, body, received_at, attempts, next_at,"
    " dead_at, last_error) VALUES (12, 'shopify:gems.myshopify.com', 'orders/create', 'x', '{}',"
    " x'7b7d', '2026-11-23 09:00:00.000000', 20, '2026-11-23 11:00:00.000000',"
    " '2026-11-23 10:00:00.000000', 'UnexpectedAnswer: no id')"
)
OF_NO_USE = (
    "INSERT INTO inbox (id, shop, topic, delivery, headers, body, received_at, attempts, next_at,"
    " handled_at, outcome, last_error) VALUES (14, 'shopify:gems.myshopify.com', 'carts/update',"
    " 'y', '{}', x'7b7d', '2026-11-23 09:00:00.000000', 0, '2026-11-23 09:00:00.000000',"
    " '2026-11-23 09:00:01.000000', 'set aside', 'PEG never asked for it')"
)
MESSAGE = (
    "INSERT INTO outbox (id, topic, body, staged_at, attempts, next_at, dead_at, last_error)"
    " VALUES (3, 'stock.changed', '{}', '2026-11-23 09:00:00.000000', 12,"
    " '2026-11-23 09:30:00.000000', '2026-11-23 10:00:00.000000', 'KeyError: sku')"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    peg(tmp_path, "migrate")
    with sqlite3.connect(tmp_path / "peg.db") as connection:
        connection.execute(DELIVERY)
        connection.execute(MESSAGE)
    return tmp_path


def names(home: Path) -> list[str]:
    return [one["id"] for one in peg(home, "dead", "--json").facts]


def test_what_was_put_aside_is_listed_with_its_reason(home: Path) -> None:
    listed = peg(home, "dead", "--json").facts

    assert [(one["id"], one["what"], one["why"]) for one in listed] == [
        ("d12", "orders/create", "UnexpectedAnswer: no id"),
        ("m3", "stock.changed", "KeyError: sku"),
    ]
    assert "peg dead" in peg(home, "doctor").out


def test_what_is_of_no_use_is_listed_too_until_it_is_worked_on_again_or_ticked_off(
    home: Path,
) -> None:
    with sqlite3.connect(home / "peg.db") as connection:
        connection.execute(OF_NO_USE)
    assert {one["id"]: one["of_no_use"] for one in peg(home, "dead", "--json").facts} == {
        "d12": False,
        "m3": False,
        "d14": True,
    }
    assert "carts/update" in peg(home, "doctor").out

    assert peg(home, "dead", "retry", "d14").code == 0
    with sqlite3.connect(home / "peg.db") as connection:
        row = "SELECT outcome, handled_at FROM inbox WHERE id = 14"
        assert connection.execute(row).fetchone() == (None, None)  # to be worked on
        connection.execute("DELETE FROM inbox WHERE id = 14")
        connection.execute(OF_NO_USE)
    assert peg(home, "dead", "discard", "d14", "--why", "another program's").code == 0
    assert names(home) == ["d12", "m3"]


def test_a_flood_of_what_is_of_no_use_hides_nothing_that_failed(home: Path) -> None:
    with sqlite3.connect(home / "peg.db") as connection:
        for number in range(100, 160):
            row = OF_NO_USE.replace("VALUES (14,", f"VALUES ({number},").replace("'y'", str(number))
            connection.execute(row)

    assert names(home)[:3] == ["d12", "m3", "d159"]
    assert "10 more of no use" in peg(home, "dead").out


def test_a_delivery_is_worked_on_again_from_the_beginning(home: Path) -> None:
    ran = peg(home, "dead", "retry", "d12")

    assert ran.code == 0
    assert names(home) == ["m3"]
    with sqlite3.connect(home / "peg.db") as connection:
        row = "SELECT attempts, dead_at, handled_at FROM inbox WHERE id = 12"
        assert connection.execute(row).fetchone() == (0, None, None)


def test_all_are_worked_on_again(home: Path) -> None:
    assert peg(home, "dead", "retry", "--everything", "--json").facts == {"retried": 2}

    assert names(home) == []


def test_what_is_ticked_off_is_kept_with_who_and_why(home: Path) -> None:
    peg(home, "dead", "discard", "d12", "--why", "counted by hand")
    peg(home, "dead", "discard", "m3", "--why", "an old test")

    assert names(home) == []
    with sqlite3.connect(home / "peg.db") as connection:
        row = "SELECT outcome, last_error, length(body) FROM inbox WHERE id = 12"
        outcome, words, size = connection.execute(row).fetchone()
    assert (outcome, size) == ("discarded", 2)
    assert "counted by hand" in words


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("retry", "d99"), 3),
        (("retry", "twelve"), 2),
        (("retry", "d0"), 2),
        (("retry",), 2),
        (("retry", "d12", "--everything"), 2),
        (("discard", "m99", "--why", "gone"), 3),
    ],
)
def test_a_wrong_name_changes_nothing_and_says_what_to_do(
    home: Path, words: tuple[str, ...], code: int
) -> None:
    ran = peg(home, "dead", *words)

    assert ran.code == code
    assert "peg dead" in ran.err + ran.out
    assert names(home) == ["d12", "m3"]


@pytest.mark.parametrize(
    ("words", "code", "error", "says"),
    [
        (["retry", "d99"], 3, "NoSuchDead", "d99 was not put aside"),
        (["discard", "m99", "--why", "x"], 3, "NoSuchDead", "m99 was not put aside"),
        (["retry"], 2, "UnclearWhich", "--everything"),
        (["retry", "d12", "--everything"], 2, "UnclearWhich", "--everything"),
        (["retry", "12"], 2, "UnclearWhich", "d12 or m3"),
        (["retry", "d0"], 2, "UnclearWhich", "d12 or m3"),
    ],
)
def test_what_was_not_put_aside_is_refused_and_nothing_changes(
    home: Path, words: list[str], code: int, error: str, says: str
) -> None:
    before = names(home)

    ran = peg(home, "dead", *words, "--json")

    assert (ran.code, ran.refusal["error"]) == (code, error)
    assert says in ran.refusal["sentence"]
    assert names(home) == before
