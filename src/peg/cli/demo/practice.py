"""The practice marketplaces as a process of their own, and the control API to move them."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import httpx2

from peg.domain.errors import ErrorKind, PegError

STARTS_WITHIN_S = 20.0
LOOK_EVERY_S = 0.1
ENDED_WITHIN_S = 1.0
LOG = "practice-shops.log"
"""In the demo's home: what the practice shops complain of."""

TAIL_CHARACTERS = 4_000
BAD_WORDS = 2
"""What `marketsim` ends with when it does not understand what it was asked for."""

PATIENCE_S = 30.0
"""What plays a person waits for the practice shops as long as a person would."""

NO_ANSWER = (
    f"the practice shops run, but one of them gave no answer within {PATIENCE_S:g} s: this machine"
    " may be too busy. Look what else works on it, and run the demo again"
)

MARKETSIM = "from marketsim.cli import main; main()"


class PracticeMissing(PegError):
    """The practice marketplaces did not start, are gone, or do not answer."""

    kind: ClassVar[ErrorKind] = "transient"


class BadRehearsal(PegError):
    """The practice marketplaces know nothing of what was asked of them."""

    kind: ClassVar[ErrorKind] = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the practice marketplaces listen."""

    shopify: int
    etsy: int

    def urls(self) -> Mapping[str, str]:
        """Their addresses by marketplace."""
        return {
            "shopify": f"http://127.0.0.1:{self.shopify}",
            "etsy": f"http://127.0.0.1:{self.etsy}",
        }


class Control:
    """The practice marketplaces' control API, as the director of a rehearsal uses it."""

    def __init__(self, http: httpx2.AsyncClient, url: str) -> None:
        self._http = http
        self._url = f"{url}/_control"

    async def read(self, path: str, **query: Any) -> dict[str, Any]:
        """GET one path."""
        answer = await self._http.get(f"{self._url}/{path}", params=query, timeout=PATIENCE_S)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def act(self, path: str, **body: Any) -> dict[str, Any]:
        """POST to one path."""
        answer = await self._http.post(f"{self._url}/{path}", json=body, timeout=PATIENCE_S)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


@asynccontextmanager
async def practice(
    ports: Ports,
    *,
    seed: int,
    pieces: int,
    faults: str,
    http: httpx2.AsyncClient,
    home: Path,
    program: str = MARKETSIM,
) -> AsyncIterator[Control]:
    """Run `marketsim serve` until the block ends; what it complains of goes to a file in `home`.

    Raises:
        BadRehearsal: it does not understand an argument; its own words are passed on.
        PracticeMissing: it did not start, or ended by itself, and its own words are passed on; or
            it gave no answer.
    """
    arguments = (
        f"--shopify-port={ports.shopify}",
        f"--etsy-port={ports.etsy}",
        f"--seed={seed}",
        f"--pieces={pieces}",
        f"--faults={faults}",
    )
    process = await _begin(program, arguments, home / LOG)
    try:
        control = Control(http, ports.urls()["etsy"])
        await _until_it_answers(process, control)
        yield control
    except httpx2.TransportError as error:
        if await _has_ended(process):
            raise PracticeMissing(f"the practice shops ended.{_last_words(home / LOG)}") from error
        raise PracticeMissing(NO_ANSWER) from error
    except _NotStarted as error:
        if process.returncode == BAD_WORDS:
            raise BadRehearsal(_said(home / LOG)) from error
        raise PracticeMissing(f"{error}.{_last_words(home / LOG)}") from error
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class _NotStarted(Exception):
    """Why not."""


async def _begin(program: str, arguments: Sequence[str], log: Path) -> asyncio.subprocess.Process:
    """A pipe that nobody reads holds up whoever writes to it; a file does not."""
    words = await asyncio.to_thread(log.open, "ab")
    with words:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            program,
            "serve",
            *arguments,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=words,
        )


async def _until_it_answers(process: asyncio.subprocess.Process, control: Control) -> None:
    for _ in range(int(STARTS_WITHIN_S / LOOK_EVERY_S)):
        if process.returncode is not None:
            raise _NotStarted("the practice shops ended")
        try:
            await control.read("status")
        except httpx2.TransportError:
            await asyncio.sleep(LOOK_EVERY_S)
        else:
            return
    raise _NotStarted(f"the practice shops gave no answer within {STARTS_WITHIN_S:g} s")


async def _has_ended(process: asyncio.subprocess.Process) -> bool:
    """A connection breaks a moment before the process is known to be gone."""
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), ENDED_WITHIN_S)
    return process.returncode is not None


def _said(log: Path) -> str:
    return log.read_text(errors="replace")[-TAIL_CHARACTERS:].strip()


def _last_words(log: Path) -> str:
    said = _said(log)
    return f" The end of {log}:\n{said}" if said else f" {log} is empty"
