"""The practice marketplaces as a process of their own, and the control API to move them."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx2

from peg.domain.errors import ErrorKind, PegError

STARTS_WITHIN_S = 20.0
LOOK_EVERY_S = 0.1


class PracticeMissing(PegError):
    """The practice marketplaces did not start."""

    kind: ClassVar[ErrorKind] = "transient"


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
        answer = await self._http.get(f"{self._url}/{path}", params=query, timeout=30.0)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def act(self, path: str, **body: Any) -> dict[str, Any]:
        """POST to one path."""
        answer = await self._http.post(f"{self._url}/{path}", json=body, timeout=30.0)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


@asynccontextmanager
async def practice(
    ports: Ports, *, seed: int, pieces: int, faults: str, http: httpx2.AsyncClient
) -> AsyncIterator[Control]:
    """Run `marketsim serve` until the block ends.

    Raises:
        PracticeMissing: it did not start; its own words are passed on.
    """
    arguments = (
        f"--shopify-port={ports.shopify}",
        f"--etsy-port={ports.etsy}",
        f"--seed={seed}",
        f"--pieces={pieces}",
        f"--faults={faults}",
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from marketsim.cli import main; main()",
        "serve",
        *arguments,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        control = Control(http, ports.urls()["etsy"])
        await _until_it_answers(process, control)
        yield control
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


async def _until_it_answers(process: asyncio.subprocess.Process, control: Control) -> None:
    for _ in range(int(STARTS_WITHIN_S / LOOK_EVERY_S)):
        if process.returncode is not None:
            _, words = await process.communicate()
            raise PracticeMissing(f"the practice shops ended: {words.decode()[-500:]}")
        try:
            await control.read("status")
        except httpx2.TransportError:
            await asyncio.sleep(LOOK_EVERY_S)
        else:
            return
    raise PracticeMissing(f"the practice marketplaces gave no answer within {STARTS_WITHIN_S:g} s")
