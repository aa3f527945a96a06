"""A person sees which orders cannot be read, why, and what the shop said of them."""

import json
import sqlite3
from pathlib import Path

import pytest
from tests.support.command_line import peg

UNREAD = (
    "INSERT INTO unread_orders (shop, key, order_id, why, answer, first_at, last_at) VALUES"
    " ('etsy:1001', '77', '77', 'quantity is missing', '{\"receipt_id\": 77}',"
    " '2026-11-23 09:00:00.000000', '2026-11-23 10:00:00.000000')"
)

PUT_ASIDE = (
    "INSERT INTO inbox (shop, topic, delivery, headers, body, received_at, attempts, next_at,"
    " dead_at, last_error) VALUES ('shopify:one.myshopify.com', 'orders/create', '1', '{}', '',"
    " '2026-11-23 09:00:00.000000', 8, '2026-11-23 09:00:00.000000',"
    " '2026-11-23 09:01:00.000000', 'it does not show order 77')"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    peg(tmp_path, "migrate")
    return tmp_path


def keep_one(home: Path, row: str = UNREAD) -> None:
    with sqlite3.connect(home / "peg.db") as connection:
        connection.execute(row)


def test_while_every_order_could_be_read_nothing_is_said(home: Path) -> None:
    ran = peg(home, "orders", "--unread")

    assert (ran.code, ran.out.strip()) == (0, "every order could be read")
    assert "unread" not in peg(home, "orders").out


def test_an_order_that_cannot_be_read_is_shown_with_the_reason(home: Path) -> None:
    keep_one(home)

    ran = peg(home, "orders", "--unread")

    assert ran.code == 1
    assert "quantity is missing" in ran.out
    assert "`peg orders --unread`" in peg(home, "orders").out
    assert "`peg orders --unread`" in peg(home, "doctor").out


def test_what_the_shop_said_stands_in_the_json(home: Path) -> None:
    keep_one(home)

    (one,) = peg(home, "orders", "--unread", "--json").facts

    assert (one["order"], json.loads(one["answer"])) == ("77", {"receipt_id": 77})


def test_a_delivery_that_was_put_aside_is_not_passed_over(home: Path) -> None:
    keep_one(home, PUT_ASIDE)

    ran = peg(home, "orders", "--unread")

    assert ran.code == 1
    assert "every order could be read" not in ran.out
    assert "1 delivery that tells of orders was put aside: `peg dead`" in ran.out
