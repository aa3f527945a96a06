"""The practice shops as a program of their own: it starts, says what is wrong, and never hangs."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from marketsim.etsy import credentials as etsy
from marketsim.shopify import credentials as shopify
from peg.cli.connect import CALLBACK
from peg.cli.demo.practice import (
    LOG,
    MARKETSIM,
    BadRehearsal,
    Control,
    Ports,
    PracticeMissing,
    free_port,
    practice,
)


@asynccontextmanager
async def shops(
    home: Path, *, program: str = MARKETSIM, etsy: int | None = None, faults: str = ""
) -> AsyncIterator[Control]:
    ports = Ports(shopify=free_port(), etsy=etsy or free_port())
    async with (
        httpx2.AsyncClient() as http,
        practice(
            ports, seed=1, pieces=20, faults=faults, http=http, home=home, program=program
        ) as control,
    ):
        yield control


async def ask_until_they_are_gone(program: str, home: Path) -> None:
    async with shops(home, program=program) as control:
        for _ in range(300):
            await control.read("status")
            await asyncio.sleep(0.1)


async def test_practice_shops_that_do_not_start_pass_on_why(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PracticeMissing, match=f"{port}"):
            async with shops(tmp_path, etsy=port):
                pass


async def test_faults_that_there_are_none_of_are_a_slip_of_whoever_typed_them(
    tmp_path: Path,
) -> None:
    with pytest.raises(BadRehearsal) as failure:
        async with shops(tmp_path, faults="etsy.webhook_lots=0.2"):
            pass

    assert failure.value.kind == "refused"  # exit code 2, as for any other word typed wrong
    assert "etsy.webhook_lost" in str(failure.value)
    assert str(tmp_path) not in str(failure.value)


async def test_what_the_practice_shops_say_never_holds_them_up(tmp_path: Path) -> None:
    talkative = f"import sys; sys.stderr.write('x' * 1_000_000); {MARKETSIM}"

    async with shops(tmp_path, program=talkative) as control:
        assert (await control.read("status"))["pieces"] == 20

    assert (tmp_path / LOG).stat().st_size >= 1_000_000


async def test_practice_shops_that_die_meanwhile_say_why_and_where_more_stands(
    tmp_path: Path,
) -> None:
    mortal = (
        "import os, sys, threading\n"
        "def die():\n"
        "    sys.stderr.write('a fault of theirs')\n"
        "    sys.stderr.flush()\n"
        "    os._exit(3)\n"
        f"threading.Timer(2, die).start(); {MARKETSIM}"
    )

    with pytest.raises(PracticeMissing) as failure:
        await ask_until_they_are_gone(mortal, tmp_path)

    assert "a fault of theirs" in str(failure.value)
    assert str(tmp_path / LOG) in str(failure.value)


async def test_practice_shops_that_run_and_do_not_answer_are_told_of_in_words(
    tmp_path: Path,
) -> None:
    """As on a machine that is too busy: what the rehearsal's own person asked was not answered."""
    with pytest.raises(PracticeMissing, match="gave no answer within 30 s: this machine may"):
        async with shops(tmp_path):
            raise httpx2.ConnectTimeout("nobody opened the door")


def test_both_practice_shops_send_the_browser_back_to_where_peg_waits_for_it() -> None:
    assert CALLBACK in shopify.CALLBACKS
    assert CALLBACK in etsy.CALLBACKS
