"""Deliveries that arrive together are kept in one commit: each waits for it, none pays for it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database
from peg.db.errors import DatabaseUnavailable
from peg.db.transaction import begin
from peg.domain.identity import ShopId
from peg.intake.inbox import Receipt, record_once


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One delivery to be kept; it is worked on `wait` after it arrived."""

    shop: ShopId
    topic: str
    delivery: str
    headers: dict[str, str]
    body: bytes
    arrived_at: datetime
    wait: timedelta


_Waiting = tuple[Letter, asyncio.Future[Receipt]]


class Letterbox:
    """Keeps letters; a sale alone brings five, and a commit waits for the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._emptying: asyncio.Task[None] | None = None

    async def keep(self, letter: Letter) -> Receipt:
        """Keep a letter; committed when this returns, though its sender may have hung up.

        Raises:
            DatabaseUnavailable: it could not be kept, so that the marketplace must send again.
        """
        kept: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((letter, kept))
        if self._emptying is None:
            self._emptying = asyncio.create_task(self._empty())
        return await kept

    async def _empty(self) -> None:
        """Whoever arrives while one commit is under way goes along with the next."""
        try:
            while self._waiting:
                taken, self._waiting = self._waiting, []
                await self._keep_together(taken)
        finally:
            self._emptying = None

    async def _keep_together(self, taken: Sequence[_Waiting]) -> None:
        try:
            async with begin(self._database) as session:
                receipts = [await _record(session, letter) for letter, _ in taken]
        except Exception as error:  # noqa: BLE001 - handed to its sender
            if len(taken) == 1 or isinstance(error, DatabaseUnavailable):
                for _, kept in taken:
                    if not kept.done():  # its sender may have hung up
                        kept.set_exception(error)
                return
            for one in taken:  # a letter that cannot be kept must not keep out the others
                await self._keep_together([one])
        else:
            for (_, kept), receipt in zip(taken, receipts, strict=True):
                if not kept.done():
                    kept.set_result(receipt)


async def _record(session: AsyncSession, letter: Letter) -> Receipt:
    return await record_once(
        session,
        shop=letter.shop,
        topic=letter.topic,
        delivery=letter.delivery,
        headers=letter.headers,
        body=letter.body,
        now=letter.arrived_at,
        wait=letter.wait,
    )
