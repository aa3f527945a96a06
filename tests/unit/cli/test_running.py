import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from tests.support.command_line import peg

PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Runner:
    process: subprocess.Popen[str]
    url: str


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [sys.executable, "-m", "peg", "run"],
        env={"PEG_HOME": str(tmp_path), "PEG_PORT": str(port), "PEG_LOG_FORMAT": "json"},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        give_up_at = time.monotonic() + PATIENCE_S
        while not answers(url):
            assert process.poll() is None
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
        yield Runner(process, url)
        process.kill()


def answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/ready").is_success
    except httpx2.TransportError:
        return False


def test_peg_runs_until_it_is_told_to_stop_and_then_leaves_in_order(
    runner: Runner, tmp_path: Path
) -> None:
    page = httpx2.get(f"{runner.url}/")
    examined = peg(tmp_path, "doctor", "--json").facts
    second = peg(tmp_path, "run", "--json", PEG_PORT="0")
    elsewhere = peg(tmp_path / "other", "run", "--json", PEG_PORT=runner.url.rpartition(":")[2])
    runner.process.send_signal(signal.SIGTERM)
    _, told = runner.process.communicate(timeout=PATIENCE_S)

    assert page.status_code == 200
    assert {"state": "well", "what": "running", "sentence": "`peg run` is at work"} in examined
    assert (second.code, second.refusal["error"]) == (4, "AlreadyRunning")
    assert (elsewhere.code, elsewhere.refusal["error"]) == (4, "CannotListen")
    assert runner.process.returncode == 0
    assert "peg.stopped" in told
    assert "Traceback" not in told


def test_commands_work_beside_a_running_peg(runner: Runner, tmp_path: Path) -> None:
    assert peg(tmp_path, "pause", "etsy").code == 0
    assert [one["scope"] for one in peg(tmp_path, "pause", "--json").facts] == ["etsy"]
    assert httpx2.get(f"{runner.url}/api/stock").json() == []
