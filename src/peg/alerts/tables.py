"""Alerts: those that stand, and those that are over."""

from sqlalchemy import Column, String, Table, Text

from peg.db.columns import Serial, UtcDateTime, metadata

alerts = Table(
    "alerts",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("subject", String(160), nullable=False),
    Column("open_key", String(240), unique=True),
    Column("sentence", Text, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", String(64)),
)
