"""The least that following a sale can cost here: bare requests and bare commits, nothing of PEG."""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

import httpx2

from peg.cli.demo.practice import Ports, free_port, practice

CALLS, COMMITS = 3, 2
"""A webhook in, a write and its check out; the webhook kept, and the sale posted."""

TIMES = 200


async def floor_s() -> dict[str, float]:
    """Seconds (p50, p99) of three requests to a practice marketplace and two durable commits."""
    ports = Ports(shopify=free_port(), etsy=free_port())
    url = f"{ports.urls()['etsy']}/_control/buyers"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        async with (
            httpx2.AsyncClient() as http,
            practice(ports, seed=7, pieces=300, faults="*.webhook_lost=1", http=http, home=home),
        ):
            database = _database(home / "floor.db")
            taken = [await _once(http, url, database) for _ in range(TIMES)]
            database.close()
    taken.sort()
    return {
        "p50": round(statistics.median(taken), 4),
        "p99": round(taken[int(TIMES * 0.99) - 1], 4),
    }


async def _once(http: httpx2.AsyncClient, url: str, database: sqlite3.Connection) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        (await http.get(url)).raise_for_status()
    for _ in range(COMMITS):
        database.execute("INSERT INTO kept (body) VALUES (zeroblob(4096))")
    return time.perf_counter() - began


def _database(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, body BLOB)")
    return database


if __name__ == "__main__":
    print(asyncio.run(floor_s()))
