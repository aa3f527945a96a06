import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.command_line import peg
from tests.support.given import connect, practice_shops
from tests.support.running import PATIENCE_S, Runner, running


def said(runner: Runner) -> list[dict[str, Any]]:
    """Its log, which it has begun by the time that it can be reached."""
    until = time.monotonic() + PATIENCE_S
    while "shops.missed" not in runner.log.read_text() and time.monotonic() < until:
        time.sleep(0.05)
    return [json.loads(one) for one in runner.log.read_text().splitlines()]


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    with running(tmp_path) as runner:
        yield runner


def test_peg_runs_until_it_is_told_to_stop_and_then_leaves_in_order(
    runner: Runner, tmp_path: Path
) -> None:
    page = httpx2.get(f"{runner.url}/")
    examined = peg(tmp_path, "doctor", "--json").facts
    second = peg(tmp_path, "run", "--json", PEG_PORT="0")
    elsewhere = peg(tmp_path / "other", "run", "--json", PEG_PORT=runner.url.rpartition(":")[2])
    runner.process.send_signal(signal.SIGTERM)
    runner.process.wait(timeout=PATIENCE_S)
    told = runner.log.read_text()

    assert page.status_code == 200
    assert {"state": "well", "what": "running", "sentence": "`peg run` is at work"} in examined
    assert (second.code, second.refusal["error"]) == (4, "AlreadyRunning")
    assert (elsewhere.code, elsewhere.refusal["error"]) == (4, "CannotListen")
    assert runner.process.returncode == 0
    assert "peg.stopped" in told
    assert "Traceback" not in told


def test_a_peg_without_any_shop_says_so_and_how_to_connect_one(runner: Runner) -> None:
    (told,) = [one for one in said(runner) if one["event"] == "shops.missed"]

    assert told["sentence"].startswith(
        "no shop is connected: `peg connect shopify` and `peg connect etsy`, or"
        f" {runner.url}/connect. PEG waits"
    )
    assert runner.process.poll() is None


def test_a_peg_with_one_shop_names_the_marketplace_that_is_missing(tmp_path: Path) -> None:
    with practice_shops() as environment:
        connect(tmp_path, "etsy", environment)
        with running(tmp_path, environment) as runner:
            (told,) = [one for one in said(runner) if one["event"] == "shops.missed"]

    assert "no shop on Shopify is connected: `peg connect shopify`, or" in told["sentence"]


def test_commands_work_beside_a_running_peg(runner: Runner, tmp_path: Path) -> None:
    assert peg(tmp_path, "pause", "etsy").code == 0
    assert [one["scope"] for one in peg(tmp_path, "pause", "--json").facts] == ["etsy"]
    assert httpx2.get(f"{runner.url}/api/stock").json() == []
