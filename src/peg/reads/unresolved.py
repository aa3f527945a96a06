"""Lines of orders of which nobody knows for sure what they sold, each with what ends that."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.domain.identity import OfferId, OfferRef, ShopId, Sku
from peg.intake.which_piece import WHICH_PIECE
from peg.ledger import order_rows, questions
from peg.reads.not_kept import not_kept

LineKey = tuple[str, str, str]
"""A shop, its id of an order, and the line."""


class UnresolvedLine(BaseModel):
    """A line that nobody could assign to an item for sure: kept, and held as all it may be.

    Attributes:
        pieces: what is held for it.
        question: the number under which PEG asks which piece it was, if it does.
        remedy: what makes it known.
    """

    shop: ShopId
    order: str
    name: str
    created_at: datetime
    line: str
    sku: str
    title: str
    committed: int
    pieces: dict[Sku, int]
    question: int | None
    remedy: str


async def unresolved(session: AsyncSession) -> Sequence[UnresolvedLine]:
    """Lines that wait to be assigned to an item, the oldest order first."""
    rows = await order_rows.unresolved(session)
    if not rows:
        return []
    asked = await _asked(session)
    remedies = {one.offer: one.remedy for one in await not_kept(session)}
    sold_from = await offers.by_refs(session, [ref for row in rows if (ref := _ref(row))])
    return [
        UnresolvedLine.model_validate(
            {
                **row,
                "order": row["order_id"],
                "question": asked.get(_key(row)),
                "remedy": _remedy(row, asked.get(_key(row)), sold_from, remedies),
            }
        )
        for row in rows
    ]


async def _asked(session: AsyncSession) -> Mapping[LineKey, int]:
    """The open questions which piece a line took, by the line."""
    found = await questions.open_questions(session, WHICH_PIECE)
    return {
        (told["shop"], told["order"], told["line"]): one.id
        for one in found
        for told in [one.evidence]
    }


def _key(row: Mapping[str, Any]) -> LineKey:
    return row["shop"], row["order_id"], row["line"]


def _ref(row: Mapping[str, Any]) -> OfferRef | None:
    if row["listing"] is None:
        return None
    return OfferRef(
        shop=ShopId(row["shop"]),
        listing=row["listing"],
        variant=row["variant"] or "",
        stock_unit=row["stock_unit"] or "",
    )


def _remedy(
    row: Mapping[str, Any],
    question: int | None,
    sold_from: Mapping[OfferRef, Offer],
    remedies: Mapping[OfferId, str],
) -> str:
    """A question is answered; else what would map the offer that it was sold from."""
    if question is not None:
        return f"say which piece it was: `peg answer {question} SKU`"
    ref = _ref(row)
    offer = sold_from.get(ref) if ref is not None else None
    if offer is not None and offer.id in remedies:
        return remedies[offer.id]
    if offer is not None and offer.gone:
        return f"{_BY_HAND} (its listing was deleted)"
    if ref is not None:
        return "`peg import` reads its listing, and takes this in anew"
    return f"{_BY_HAND} (the order names no listing)"


_BY_HAND = "if it is a piece of yours, take it off the book: `peg sell SKU`"
