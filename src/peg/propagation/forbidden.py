"""Shops that let the app change nothing: told once, and over when a write goes through again.

Such a loss is silent by itself: reading goes on, orders come in, and what is sold stays on sale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.db.transaction import require_transaction, signal, upsert
from peg.domain.identity import ShopId
from peg.domain.messages import Alert
from peg.marketplaces.port import Result, Shown
from peg.propagation.board import targets_signal
from peg.propagation.tables import forbidden, targets
from peg.shops import directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """A shop whose scopes do not allow our writes any more, in its own words."""

    shop: ShopId
    since: datetime
    sentence: str

    @property
    def remedy(self) -> str:
        """What a person does about it."""
        channel = self.shop.partition(":")[0]
        return f"grant the app its scopes there and run `peg connect {channel}` again"


async def note_outcomes(
    session: AsyncSession, shop: ShopId, results: Sequence[Result], *, now: datetime
) -> None:
    """What came of writes to a shop: a person is told when they are forbidden, once."""
    require_transaction(session)
    sentence = next((one.sentence for one in results if one.shown is Shown.FORBIDDEN), None)
    if sentence is not None:
        await _note_forbidden(session, shop, sentence, now=now)
    elif any(one.shown is Shown.SENT for one in results):
        await _went_through(session, shop, now=now)


async def forbidden_shops(session: AsyncSession) -> Sequence[Forbidden]:
    """The shops that let PEG change nothing now.

    A shop connected again since was asked for its scopes then; one out of reach has other troubles.
    """
    shops = {shop.id: shop for shop in await directory.all_shops(session)}
    rows = (await session.execute(select(forbidden).order_by(forbidden.c.shop))).mappings()
    return [
        Forbidden(**row)
        for row in rows
        if (shop := shops.get(row["shop"])) is None
        or (shop.status.reachable and shop.connected_at <= row["since"])
    ]


async def _note_forbidden(
    session: AsyncSession, shop: ShopId, sentence: str, *, now: datetime
) -> None:
    if any(known.shop == shop for known in await forbidden_shops(session)):
        return
    found = Forbidden(shop=shop, since=now, sentence=sentence)
    row = {"shop": shop, "since": now, "sentence": sentence}
    await session.execute(upsert(session, forbidden, row, ["shop"]))
    words = (
        f"PEG may not change stock on {shop} ({sentence}): what is sold stays on sale there, until"
        f" you {found.remedy}. Take valuable pieces that are sold off sale by hand meanwhile"
    )
    await tell(session, Alert(name="writes_forbidden", subject=shop, sentence=words), now=now)


async def _went_through(session: AsyncSession, shop: ShopId, *, now: datetime) -> None:
    """The shop has taken a write: what waited for that is due at once."""
    lifted = await session.scalar(
        delete(forbidden).where(forbidden.c.shop == shop).returning(forbidden.c.shop)
    )
    if lifted is None:
        return
    behind = targets.c.shown_version < targets.c.version
    await session.execute(
        update(targets).where(targets.c.shop == shop, behind).values(next_at=now, attempts=0)
    )
    signal(session, targets_signal(shop))
