"""The real program on real ports."""

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

COMMAND = (sys.executable, "-c", "from marketsim.cli import main; main()")
FREE_PORTS = ("--shopify-port", "0", "--etsy-port", "0")


@asynccontextmanager
async def marketsim(*arguments: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, stdout=PIPE, stderr=PIPE, env={"COLUMNS": "200"}
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def addresses(process: Process) -> list[str]:
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode() for _ in range(2)]
    return [found for line in lines for found in re.findall(r"(http://\S+)\s+control", line)]


async def test_it_serves_until_interrupted_and_buyers_come_when_asked_for() -> None:
    async with marketsim("serve", *FREE_PORTS, "--pieces", "60", "--orders", "3") as process:
        shopify, etsy = await addresses(process)
        async with httpx2.AsyncClient() as client:
            here = (await client.get(f"{shopify}/_control/status")).json()
            there = (await client.get(f"{etsy}/_control/status")).json()
        process.send_signal(signal.SIGINT)
        code = await asyncio.wait_for(process.wait(), 10)

    assert shopify != etsy
    assert here["buyers"]["orders"]["wanted"] == there["buyers"]["orders"]["wanted"] == 3
    assert code == 0


async def test_a_port_that_is_taken_is_named_and_nothing_starts() -> None:
    async with marketsim("serve", *FREE_PORTS, "--pieces", "5") as first:
        shopify, _ = await addresses(first)
        port = shopify.rpartition(":")[2]
        async with marketsim("serve", "--shopify-port", port, "--etsy-port", "0") as second:
            _, complaint = await second.communicate()

    assert second.returncode == 1  # nothing is wrong with what was asked for
    assert f"127.0.0.1:{port}" in complaint.decode()
    assert "--shopify-port" in complaint.decode()


async def test_a_connection_broken_on_purpose_breaks_for_the_client_and_not_in_the_log() -> None:
    broken = "shopify.connection_dropped=1,etsy.connection_dropped=1"
    async with marketsim("serve", *FREE_PORTS, "--pieces", "5", "--faults", broken) as process:
        shopify, etsy = await addresses(process)
        async with httpx2.AsyncClient() as client:
            with pytest.raises(httpx2.TransportError):
                await client.get(f"{etsy}/v3/application/openapi-ping")
            with pytest.raises(httpx2.TransportError):
                await client.post(f"{shopify}/admin/api/2026-10/graphql.json", json={})
        process.send_signal(signal.SIGINT)
        _, complaint = await process.communicate()

    assert complaint == b""
