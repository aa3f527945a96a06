"""Read PEG's database row by row, and put it into the judges' words.

A judge asks none of the functions that answer PEG itself: whether those tell the truth is what has
to be found out. So the tables are read as they are, through the description that all share.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.cli.demo.verdict.book import (
    Attempt,
    Case,
    KeptLine,
    LineKey,
    Moved,
    Proof,
    States,
    Stock,
)
from peg.cli.demo.verdict.record import IN_PERSON
from peg.db.columns import metadata
from peg.domain.identity import OfferId, ShopId, Sku
from peg.domain.messages import StockChanged
from peg.intake.which_piece import WHICH_PIECE
from peg.ledger.cases import COUNTER

Row = Mapping[str, Any]
TABLES = (
    "positions",
    "levels",
    "entries",
    "order_lines",
    "applied",
    "cases",
    "questions",
    "attempts",
    "inbox",
    "outbox",
)
NOTHING = States(open=0)
PARTS = ("on_hand", "committed", "reserved", "safety_stock", "suspended", "incoming")
TAKEN = ("committed", "reserved", "safety_stock", "suspended")


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of every table that is judged; `ahead` is PEG's clock before the market's."""

    tables: Mapping[str, Sequence[Row]]
    ahead: timedelta

    def of(self, table: str) -> Sequence[Row]:
        """All rows of one table."""
        return self.tables[table]

    def at(self, moment: datetime) -> datetime:
        """A moment of PEG's by the market's clock."""
        return moment - self.ahead


async def read_rows(session: AsyncSession, *, ahead: timedelta) -> Rows:
    """Read all that is judged, at one moment."""
    tables: dict[str, Sequence[Row]] = {}
    for name in TABLES:
        found = await session.execute(select(metadata.tables[name]))
        tables[name] = [dict(row) for row in found.mappings()]
    return Rows(tables, ahead)


def stock(rows: Rows) -> dict[Sku, Stock]:
    """What is available of each item."""
    return {
        Sku(row["sku"]): Stock(available=_available(row), oversold=row["oversold"])
        for row in rows.of("positions")
    }


def places(rows: Rows) -> dict[Sku, dict[str, int]]:
    """Where how many of each item are available."""
    found: dict[Sku, dict[str, int]] = {}
    for row in rows.of("levels"):
        found.setdefault(Sku(row["sku"]), {})[row["location"]] = _available(row)
    return found


def wrong_sums(rows: Rows) -> list[Sku]:
    """Items whose entries do not add up to their position, or to their places."""
    sums = [_sums(rows.of(table)) for table in ("entries", "levels", "positions")]
    nothing = dict.fromkeys(PARTS, 0)
    skus = sorted({sku for one in sums for sku in one})
    return [
        Sku(sku)
        for sku in skus
        if any(one.get(sku, nothing) != sums[0].get(sku, nothing) for one in sums)
    ]


def moves(rows: Rows) -> list[Moved]:
    """How many of each item were available after each posting."""
    left: dict[str, int] = {}
    found = []
    for row in sorted(rows.of("entries"), key=lambda row: row["id"]):
        left[row["sku"]] = left.get(row["sku"], 0) + _available(row)
        at = rows.at(row["posted_at"])
        found.append(Moved(at=at, sku=Sku(row["sku"]), available=left[row["sku"]]))
    return found


def untold(rows: Rows) -> list[str]:
    """Postings that changed what is available, and that no delivered message tells of."""
    changed: dict[tuple[str, datetime, str], int] = {}
    for row in rows.of("entries"):
        key = (row["sku"], row["posted_at"], row["location"])
        changed[key] = changed.get(key, 0) + _available(row)
    told = {
        (row["body"]["sku"], row["staged_at"])
        for row in rows.of("outbox")
        if row["topic"] == StockChanged.topic and row["delivered_at"] is not None
    }
    news = {(sku, at) for (sku, at, _), change in changed.items() if change}
    return [f"{sku}: changed at {at:%H:%M:%S}, and nobody was told" for sku, at in news - told]


def lines(rows: Rows) -> dict[LineKey, KeptLine]:
    """Every line of every order: as told, and as applied."""
    applied: dict[LineKey, dict[Sku, States]] = {}
    for row in rows.of("applied"):  # one for each place that it ships from
        mine = applied.setdefault(_line_key(row), {})
        mine[Sku(row["sku"])] = mine.get(Sku(row["sku"]), NOTHING) + _states(row)
    return {
        _line_key(row): KeptLine(
            told=_states(row),
            applied=applied.get(_line_key(row), {}),
            resolved=row["resolved"],
        )
        for row in rows.of("order_lines")
    }


def posted(rows: Rows) -> dict[tuple[str, str, Sku], int]:
    """Pieces to be shipped, by the entries of each order and item."""
    found: dict[tuple[str, str, Sku], int] = {}
    for row in rows.of("entries"):
        if row["cause"] == "order":
            key = (_market(row["source"]), row["reference"], Sku(row["sku"]))
            found[key] = found.get(key, 0) + row["committed"]
    return found


def cases(rows: Rows) -> list[Case]:
    """Every case, closed ones too."""
    return [
        Case(
            sku=Sku(row["sku"]),
            opened_at=rows.at(row["opened_at"]),
            open=row["closed_at"] is None,
            closed_at=rows.at(row["closed_at"]) if row["closed_at"] else None,
            kept=_kept(rows, row["sku"], by=row["opened_at"]) > 0,
            orders=frozenset(
                IN_PERSON if claim["shop"] == COUNTER else claim["order_id"]
                for claim in row["orders"]
            ),
        )
        for row in rows.of("cases")
    ]


def _kept(rows: Rows, sku: str, *, by: datetime) -> int:
    return sum(
        row["reserved"]
        for row in rows.of("entries")
        if row["sku"] == sku and row["posted_at"] <= by
    )


def asked(rows: Rows) -> frozenset[str]:
    """What open questions are about: items and offers, and every piece that a line may be."""
    waiting = [row for row in rows.of("questions") if row["answered_at"] is None]
    may_be = {sku for row in waiting if row["kind"] == WHICH_PIECE for sku in row["options"]}
    return frozenset(may_be | {row["subject"] for row in waiting})


def attempts(rows: Rows, numbers: Mapping[tuple[str, str, str], OfferId]) -> list[Attempt]:
    """Every stored write; `numbers` are the offers by shop, listing and variant."""
    return [
        Attempt(
            begun_at=rows.at(row["begun_at"]),
            ended_at=rows.at(row["ended_at"]) if row["ended_at"] else None,
            quantities=_quantities(row["shop"], row["writes"], numbers),
            proofs={
                OfferId(int(offer)): _proof(rows, kept)
                for offer, kept in (row["proof"] or {}).items()
            },
            kept_before=row["before"] is not None,
            unanswered="unknown" in (row["outcome"] or "unknown"),
        )
        for row in rows.of("attempts")
    ]


def kept_deliveries(rows: Rows) -> frozenset[tuple[str, str]]:
    """Everything in the inbox, by marketplace and the delivery's own id."""
    return frozenset((_market(row["shop"]), row["delivery"]) for row in rows.of("inbox"))


def unhandled(rows: Rows) -> int:
    """Kept deliveries that were not worked on, the dead ones among them."""
    return sum(row["handled_at"] is None for row in rows.of("inbox"))


def undelivered(rows: Rows) -> int:
    """Messages that nobody got, the dead ones among them."""
    return sum(row["delivered_at"] is None for row in rows.of("outbox"))


def _sums(table: Iterable[Row]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in table:
        mine = found.setdefault(row["sku"], dict.fromkeys(PARTS, 0))
        for part in PARTS:
            mine[part] += row[part]
    return found


def _available(row: Row) -> int:
    taken: int = sum(row[part] for part in TAKEN)
    return int(row["on_hand"]) - taken


def _states(row: Row) -> States:
    return States(
        open=row["committed"],
        restocked=row["restocked"],
        gone=row["shipped"] + row["written_off"],
    )


def _line_key(row: Row) -> LineKey:
    return _market(row["shop"]), row["order_id"], row["line"]


def _market(shop: str) -> str:
    return shop.partition(":")[0]


def _quantities(
    shop: str, writes: Iterable[Row], numbers: Mapping[tuple[str, str, str], OfferId]
) -> dict[OfferId, int]:
    found: dict[OfferId, int] = {}
    for write in writes:
        offer = numbers.get((shop, write["listing"], write["variant"]))
        if offer is not None:
            found[offer] = found.get(offer, 0) + write["quantity"]
    return found


def _proof(rows: Rows, kept: Row) -> Proof:
    return Proof(
        begun_at=rows.at(_moment(kept["begun_at"])),
        readings={
            OfferId(int(offer)): rows.at(_moment(at)) for offer, at in kept["readings"].items()
        },
        orders={ShopId(shop): rows.at(_moment(at)) for shop, at in kept["orders"].items()},
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
