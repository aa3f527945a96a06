"""`peg run` as a process of its own."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Runner:
    """What it says stands in a file: a pipe that nobody reads would hold it up."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path


@contextmanager
def running(home: Path, environment: Mapping[str, str] | None = None) -> Iterator[Runner]:
    """It runs, and can be reached by the shops, until the block ends."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    ours = {
        "PEG_HOME": str(home),
        "PEG_PORT": str(port),
        "PEG_PUBLIC_URL": url,
        "PEG_LOG_FORMAT": "json",
    }
    log = home / "run.stderr"
    with (
        log.open("wb") as said,
        subprocess.Popen(
            [sys.executable, "-m", "peg", "run"],
            env={**ours, **(environment or {})},
            stderr=said,
        ) as process,
    ):
        try:
            give_up_at = time.monotonic() + PATIENCE_S
            while not answers(url):
                assert process.poll() is None
                assert time.monotonic() < give_up_at
                time.sleep(0.05)
            yield Runner(process, url, log)
        finally:
            process.kill()


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/ready").is_success
    except httpx2.TransportError:
        return False
