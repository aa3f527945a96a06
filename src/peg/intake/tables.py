"""Deliveries kept once and where they come to, cursors of polls, doubts to be looked at again."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from peg.db.columns import Json, Serial, UtcDateTime, metadata

SET_ASIDE = "set aside"
"""The outcome of a delivery that says nothing PEG can use."""

inbox = Table(
    "inbox",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("shop", String(128), nullable=False),
    Column("topic", String(64), nullable=False),
    Column("delivery", String(128), nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("handled_at", UtcDateTime),
    Column("outcome", String(32)),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", UtcDateTime, nullable=False),
    Column("waits_since", UtcDateTime),
    Column("dead_at", UtcDateTime),
    Column("first_dead_at", UtcDateTime),
    Column("last_error", Text),
    UniqueConstraint("shop", "topic", "delivery"),
)

Index("ix_inbox_shop", inbox.c.shop, inbox.c.id)

Index(
    "ix_inbox_waiting",
    inbox.c.next_at,
    sqlite_where=inbox.c.handled_at.is_(None),
)

Index(
    "ix_inbox_set_aside",
    inbox.c.shop,
    inbox.c.topic,
    inbox.c.id,
    sqlite_where=inbox.c.outcome == SET_ASIDE,
)

polls = Table(
    "polls",
    metadata,
    Column("shop", String(128), primary_key=True),
    Column("cursor", Text),
    Column("read_at", UtcDateTime),
    Column("order_lag_s_max", Integer, nullable=False, default=0),
    Column("order_lag_at", UtcDateTime),
)

public_address = Table(
    "public_address",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text),
    CheckConstraint("id = 1", name="only_one"),
)

unread_orders = Table(
    "unread_orders",
    metadata,
    Column("shop", String(128), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("order_id", String(64), nullable=False),
    Column("why", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
)

checks = Table(
    "checks",
    metadata,
    Column("offer", Integer, primary_key=True),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("why", String(64), nullable=False),
    Column("seen", Json),
    Column("seen_at", UtcDateTime),
)

surprises = Table(
    "surprises",
    metadata,
    Column("offer", Integer, primary_key=True),
    Column("place", String(64), primary_key=True),
    Column("what", String(16), primary_key=True),
    Column("shop", String(128), nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("base", Integer, nullable=False),
    Column("done", String(16), nullable=False),
    Column("met_at", UtcDateTime, nullable=False),
    Index("ix_surprises_shop_met_at", "shop", "met_at"),
)
