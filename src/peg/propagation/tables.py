"""What each offer should show, each attempt to make it so, and what people said about that."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, String, Table, Text

from peg.db.columns import Json, Serial, UtcDateTime, metadata

targets = Table(
    "targets",
    metadata,
    Column("offer", Integer, primary_key=True),
    Column("shop", String(128), nullable=False),
    Column("version", Integer, nullable=False),
    Column("shown_version", Integer, nullable=False, default=0),
    Column("quantities", Json, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("why", Json, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("behind_since", UtcDateTime),
    Column("shown_at", UtcDateTime),
    Column("next_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("last_outcome", String(200)),
    Column("refused_at", UtcDateTime),
    CheckConstraint("shown_version <= version", name="shown_is_not_ahead"),
)

Index(
    "ix_targets_dirty",
    targets.c.shop,
    targets.c.next_at,
    sqlite_where=targets.c.shown_version < targets.c.version,
)

attempts = Table(
    "attempts",
    metadata,
    Column("key", String(36), primary_key=True),
    Column("shop", String(128), nullable=False),
    Column("writes", Json, nullable=False),
    Column("before", Json),
    Column("proof", Json),
    Column("begun_at", UtcDateTime, nullable=False, index=True),
    Column("ended_at", UtcDateTime),
    Column("outcome", Text),
)

writes = Table(
    "writes",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("offer", Integer, nullable=False, index=True),
    Column("place", String(32), nullable=False),
    Column("attempt", String(36), nullable=False),
    Column("before", Json, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("aimed_at", UtcDateTime, nullable=False),
    Column("behind_since", UtcDateTime),
    Column("written_at", UtcDateTime, nullable=False),
)

undone = Table(
    "undone",
    metadata,
    Column("offer", Integer, primary_key=True),
    Column("place", String(64), primary_key=True),
    Column("write", Integer, nullable=False, unique=True),
    Column("quantity", Integer, nullable=False),
    Column("who", String(64), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    CheckConstraint("quantity >= 0", name="shows_no_less_than_none"),
)

withheld = Table(
    "withheld",
    metadata,
    Column("offer", Integer, primary_key=True),
    Column("cause", String(16), primary_key=True),
    Column("about", String(128), primary_key=True),
    Column("why", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("quantity", Integer, nullable=False),
)

forbidden = Table(
    "forbidden",
    metadata,
    Column("shop", String(160), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("sentence", Text, nullable=False),
)

Index("ix_writes_written_at", writes.c.written_at)

activations = Table(
    "activations",
    metadata,
    Column("offer", Integer, primary_key=True),
    Column("place", String(64), primary_key=True),
    Column("shop", String(128), nullable=False),
    Column("wanted_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("key", String(36)),
    Column("refused", Text),
)

cleared = Table(
    "cleared",
    metadata,
    Column("offer", Integer, primary_key=True),
    Column("quantity", Integer, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

pauses = Table(
    "pauses",
    metadata,
    Column("scope", String(160), primary_key=True),
    Column("who", String(64), nullable=False),
    Column("why", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
