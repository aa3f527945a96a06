"""The outbox: messages that were committed beside their fact."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from peg.db.columns import Json, Serial, UtcDateTime, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("topic", String(64), nullable=False),
    Column("body", Json, nullable=False),
    Column("staged_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", UtcDateTime, nullable=False),
    Column("delivered_at", UtcDateTime),
    Column("dead_at", UtcDateTime),
    Column("last_error", Text),
)

Index(
    "ix_outbox_waiting",
    outbox.c.id,
    sqlite_where=(outbox.c.delivered_at.is_(None)),
)
