"""PEG's lives, seen from outside: each is a real process on the same database file."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from tests.concurrency.crashes.nursery import written
from tests.concurrency.crashes.points import Point

ROOT = Path(__file__).parents[3]
STARTS_WITHIN_S = 30.0
LOOK_S = 0.02


class NotStarted(Exception):
    """A life that ended, or gave no answer, before it could take a webhook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One process. `killed` is true once it has ended by SIGKILL, and false if otherwise."""

    pid: int
    url: str
    ended: "asyncio.Future[int]"

    def kill(self) -> None:
        """`kill -9`; nothing happens to one that is dead."""
        if not self.ended.done():
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    async def was_killed(self, *, within_s: float) -> bool:
        """Whether it came to its end within so long, and by SIGKILL.

        Raises:
            NotStarted: it ended by itself, otherwise.
        """
        done, _ = await asyncio.wait({self.ended}, timeout=within_s)
        if done and self.ended.result() != -signal.SIGKILL:
            raise NotStarted(f"PEG ended by itself, with {self.ended.result()}")
        return bool(done)

    async def takes_webhooks(self, http: httpx2.AsyncClient) -> float:
        """Wait until it does; after how many seconds.

        Raises:
            NotStarted: it does not.
        """
        begun_s = time.monotonic()
        while time.monotonic() - begun_s < STARTS_WITHIN_S:
            if self.ended.done():
                raise NotStarted(f"PEG ended as it started, with {self.ended.result()}")
            with suppress(httpx2.TransportError):
                if (await http.get(f"{self.url}/ready")).is_success:
                    return time.monotonic() - begun_s
            await asyncio.sleep(LOOK_S)
        raise NotStarted(f"PEG gave no answer within {STARTS_WITHIN_S:g} s")


class Nursery:
    """Starts one life after the other; the one before has to be over."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._life: Life | None = None
        self._listening: asyncio.Task[None] | None = None

    async def start(
        self, environment: Mapping[str, str], *, log: Path, point: Point | None, armed: Path
    ) -> Life:
        """Begin a life, which kills itself at the `point` once the file `armed` is there."""
        if self._listening is not None:
            await self._listening
        wanted = {
            "environment": dict(environment),
            "log": str(log),
            "point": written(point) if point else None,
            "armed": str(armed),
        }
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(wanted)}\n".encode())
        await self._process.stdin.drain()
        pid = (await self._heard())["begun"]
        ended = asyncio.get_running_loop().create_future()
        url = f"http://127.0.0.1:{environment['PEG_PORT']}"
        self._life = Life(pid=pid, url=url, ended=ended)
        self._listening = asyncio.create_task(self._listen(self._life))
        return self._life

    async def close(self) -> None:
        """Kill whoever lives."""
        if self._life is not None:
            self._life.kill()
        if self._listening is not None:
            await self._listening

    async def _listen(self, life: Life) -> None:
        life.ended.set_result((await self._heard())["code"])

    async def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise NotStarted("the nursery ended")
        told: dict[str, Any] = json.loads(line)
        return told


@asynccontextmanager
async def nursery(*, code: Path | None = None) -> AsyncIterator[Nursery]:
    """A nursery for PEG as it is, or for a copy of its source in the folder `code`."""
    first = [str(code)] if code is not None else []
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PEG_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.concurrency.crashes.nursery",
        cwd=ROOT,
        env={**environment, "PYTHONPATH": os.pathsep.join([*first, str(ROOT)])},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    raising = Nursery(process)
    try:
        yield raising
    finally:
        await raising.close()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
