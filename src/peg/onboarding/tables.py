"""What imports told, and pairs of offers that may be the same thing, with what a person said."""

from sqlalchemy import CheckConstraint, Column, Integer, String, Table, UniqueConstraint

from peg.db.columns import Json, Serial, UtcDateTime, metadata

imports = Table(
    "imports",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("read", Json, nullable=False),
    Column("skipped", Json, nullable=False),
    Column("items", Integer, nullable=False),
    Column("offers", Integer, nullable=False),
    Column("matched", Integer),
    Column("proposals", Integer, nullable=False),
    Column("left_out", Json, nullable=False),
    Column("asked", Json, nullable=False),
    Column("orders", Integer, nullable=False),
    Column("orders_unread", Json, nullable=False),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("shopify_offer", Integer, nullable=False),
    Column("etsy_offer", Integer, nullable=False),
    Column("confidence", Integer, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("state", String(16), nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("who", String(64)),
    UniqueConstraint("shopify_offer", "etsy_offer"),
    CheckConstraint("state in ('open', 'accepted', 'rejected')", name="state"),
)
