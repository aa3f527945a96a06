"""What imports told."""

from sqlalchemy import Column, Integer, Table

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
