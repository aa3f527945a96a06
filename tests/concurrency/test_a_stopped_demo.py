"""Who stops the demo stops all of it: the practice shops do not live on by themselves."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from peg.cli.demo.practice import free_port

LOOK_S, LOOKS_MAX = 0.1, 300


def answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def comes_to_answer(port: int, *, wanted: bool) -> bool:
    for _ in range(LOOKS_MAX):
        if answers(port) is wanted:
            return True
        time.sleep(LOOK_S)
    return False


@pytest.fixture(autouse=True)
def ctrl_c_is_heard() -> Iterator[None]:
    """A shell has what it runs in the background ignore Ctrl-C, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_demo_that_is_stopped_leaves_nothing_running(told: signal.Signals) -> None:
    port = free_port()
    demo = subprocess.Popen(
        [sys.executable, "-m", "peg", "demo", "--headless", f"--shopify-port={port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        assert comes_to_answer(port, wanted=True)

        demo.send_signal(told)
        _, complaint = demo.communicate(timeout=30)

        assert (demo.returncode, complaint) == (130, b"")
        assert comes_to_answer(port, wanted=False)
    finally:
        demo.kill()
        demo.communicate()
