"""Have a delivery come while nothing can be kept: whoever acknowledges it would lose it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import httpx2

from peg.cli.demo.practice import Control
from peg.cli.demo.verdict.asking import MARKETS, market_now
from peg.db.engine import Database
from peg.db.transaction import begin

HELD_S = 0.5
ANSWERED_WITHIN_S = 10.0
LOOK_EVERY_S = 0.1


async def hasty(control: Control, database: Database) -> Sequence[str]:
    """The deliveries that were acknowledged while the book was locked, a sentence each.

    Each marketplace delivers once more what it delivered last. No write can be committed meanwhile,
    so an acknowledgement that comes before the lock is gone was given for nothing.
    """
    asked_at = await market_now(control)
    async with begin(database):
        repeated = {market: await _repeat(control, market) for market in MARKETS}
        await asyncio.sleep(HELD_S)
        free_at = await market_now(control)
    return [
        f"{market} delivery {notice}"
        for market, notice in repeated.items()
        if notice is not None and await _answered_at(control, market, notice, asked_at) < free_at
    ]


async def _repeat(control: Control, market: str) -> str | None:
    """The id of what is on its way again; None where nothing was ever delivered."""
    try:
        return str((await control.act(f"webhooks/{market}/repeat"))["notice"])
    except httpx2.HTTPStatusError as refusal:
        if refusal.response.status_code != httpx2.codes.CONFLICT:
            raise
        return None


async def _answered_at(control: Control, market: str, notice: str, since: datetime) -> datetime:
    """When the repeated delivery was answered, or at last given up waiting for that."""
    for _ in range(int(ANSWERED_WITHIN_S / LOOK_EVERY_S)):
        attempts = (await control.read(f"webhooks/{market}"))["attempts"]
        last = next(one for one in reversed(attempts) if one["notice"] == notice)
        if datetime.fromisoformat(last["at"]) >= since:
            return datetime.fromisoformat(last["answered_at"])
        await asyncio.sleep(LOOK_EVERY_S)
    return await market_now(control)
