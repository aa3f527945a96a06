"""Pairs of offers that may be the same thing, and what a person said of them."""

from sqlalchemy import CheckConstraint, Column, Integer, String, Table, UniqueConstraint

from peg.db.columns import Json, Serial, UtcDateTime, metadata

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
