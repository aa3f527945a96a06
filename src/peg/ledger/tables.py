"""The ledger's tables. Nobody else writes them."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
)

from peg.db.columns import Json, Serial, UtcDateTime, metadata

PARTS = ("on_hand", "committed", "reserved", "safety_stock", "suspended", "incoming")
"""The six figures of a level; `available` is computed from the first five."""


def _parts() -> list[Column[int]]:
    return [Column(part, Integer, nullable=False, default=0, server_default="0") for part in PARTS]


def _never_negative(*names: str) -> list[CheckConstraint]:
    return [CheckConstraint(f"{name} >= 0", name=f"{name}_not_negative") for name in names]


# One row per item: the sums over all places. The CHECK is the promise that nothing is sold below
# zero unless `oversold` says so, stated a second time where no code can forget it.
positions = Table(
    "positions",
    metadata,
    Column("sku", String(32), primary_key=True),
    Column("version", Integer, nullable=False, default=0),
    Column("oversold", Integer, nullable=False, default=0),
    *_parts(),
    CheckConstraint(
        "on_hand - committed - reserved - safety_stock - suspended + oversold >= 0",
        name="not_sold_below_zero",
    ),
    *_never_negative("oversold", "committed", "reserved", "safety_stock", "suspended", "incoming"),
)

levels = Table(
    "levels",
    metadata,
    Column("sku", String(32), primary_key=True),
    Column("location", String(64), primary_key=True),
    *_parts(),
    *_never_negative("committed", "reserved", "safety_stock", "suspended", "incoming"),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("sku", String(32), nullable=False),
    Column("location", String(64), nullable=False),
    *_parts(),
    Column("cause", String(32), nullable=False),
    Column("source", String(128), nullable=False),
    Column("reference", String(128), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("happened_at", UtcDateTime, nullable=False),
    Column("posted_at", UtcDateTime, nullable=False),
    Index("ix_entries_sku_posted_at", "sku", "posted_at"),
)

orders = Table(
    "orders",
    metadata,
    Column("shop", String(128), primary_key=True),
    Column("order_id", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("cancelled_at", UtcDateTime),
    Column("paid", Boolean, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("heard_at", UtcDateTime, nullable=False),
    Column("never_sold_by", String(64)),
    Column("never_sold_why", Text),
    Column("never_sold_at", UtcDateTime),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("shop", String(128), primary_key=True),
    Column("order_id", String(64), primary_key=True),
    Column("line", String(64), primary_key=True),
    Column("sku", String(255), nullable=False),
    Column("title", Text, nullable=False),
    Column("listing", String(64)),
    Column("variant", String(255)),
    Column("stock_unit", String(64)),
    Column("offer", Integer, index=True),
    Column("resolved", Boolean, nullable=False),
    Column("committed", Integer, nullable=False),
    Column("shipped", Integer, nullable=False),
    Column("restocked", Integer, nullable=False),
    Column("written_off", Integer, nullable=False),
    Column("shares", Json, nullable=False),
    Column("assumed_place", String(64)),
    Column("unsure_inside", Boolean, nullable=False),
    Column("price_minor", Integer),
    Column("currency", String(3)),
)

is_unresolved = order_lines.c.resolved.op("IS", is_comparison=True)(literal_column("FALSE"))
"""In words that both engines know; and an index of some rows serves who asks for them so."""

Index("ix_order_lines_unresolved", order_lines.c.shop, sqlite_where=is_unresolved)

# What has been posted for each line and place: the key that makes every order count once.
applied = Table(
    "applied",
    metadata,
    Column("shop", String(128), primary_key=True),
    Column("order_id", String(64), primary_key=True),
    Column("line", String(64), primary_key=True),
    Column("sku", String(32), primary_key=True, index=True),
    Column("location", String(64), primary_key=True),
    Column("need", Integer, nullable=False),
    Column("committed", Integer, nullable=False),
    Column("shipped", Integer, nullable=False),
    Column("restocked", Integer, nullable=False),
    Column("written_off", Integer, nullable=False),
    Column("brought", Integer, nullable=False),
)

holds = Table(
    "holds",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("sku", String(32), nullable=False, index=True),
    Column("until", UtcDateTime),
    Column("why", Text, nullable=False),
    Column("who", String(64), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", String(16)),
)

# Where the pieces of a hold lie: it may be larger than the fullest place.
held = Table(
    "held",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("hold", ForeignKey("holds.id"), nullable=False, index=True),
    Column("sku", String(32), nullable=False, index=True),
    Column("location", String(64), nullable=False),
    Column("pieces", Integer, nullable=False),
    CheckConstraint("pieces > 0", name="holds_something"),
)

# Pieces of an item; those of one unit of the offer, `need`, may have left several places.
suspense = Table(
    "suspense",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("offer", Integer, nullable=False, index=True),
    Column("place", String(64), nullable=False),
    Column("sku", String(32), nullable=False),
    Column("location", String(64), nullable=False),
    Column("need", Integer, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("reservation", Boolean, nullable=False),
    Column("told", Boolean, nullable=False, default=False, server_default=false()),
    Column("may_be_there", Boolean, nullable=False, default=False, server_default=false()),
    Column("shown_at", UtcDateTime),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("asked_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("outcome", String(16)),
    CheckConstraint("pieces >= 0", name="pieces_not_negative"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("sku", String(32), nullable=False, index=True),
    Column("oversold", Integer, nullable=False),
    Column("orders", Json, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("note", Text, nullable=False, default=""),
)

# What a person decided about a case: an order that does not get its pieces. The row stands before
# anything is sent for it, so that a crash leaves no cancellation that nobody knows of.
cancellations = Table(
    "cancellations",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False, index=True),
    Column("sku", String(32), nullable=False),
    Column("shop", String(128), nullable=False),
    Column("order_id", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("open_key", String(220)),
    Column("by_hand", Boolean, nullable=False),
    Column("keeps_the_rest", Boolean, nullable=False),
    Column("units", Json, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("keeps", Integer, nullable=False),
    Column("lost_before", Integer, nullable=False),
    Column("who", String(64), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("attempt", Json),
    Column("outcome", Text, nullable=False, default=""),
    Column("ended_at", UtcDateTime),
    Column("given_back", Integer, nullable=False, default=0),
    Column("ordered_minor", Integer),
    Column("paid_back_minor", Integer),
    Column("fee_minor", Integer),
    Column("currency", String(3)),
    # NULL once it is over: an order that keeps a part may have to give up another one later.
    UniqueConstraint("open_key"),
    Index("ix_cancellations_order", "shop", "order_id"),
)

questions = Table(
    "questions",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("open_key", String(170)),
    Column("sentence", Text, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("options", Json, nullable=False),
    Column("default", String(32), nullable=False),
    Column("answer", String(32)),
    Column("who", String(64)),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    # NULL once answered: the same question is open at most once, and may be asked again later.
    UniqueConstraint("open_key"),
)
