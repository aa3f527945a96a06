"""Each comparison of a whole shop with what it found, and what was found untrue."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text

from peg.db.columns import Json, Serial, UtcDateTime, metadata

reconciliations = Table(
    "reconciliations",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("shop", String(128), nullable=False, index=True),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("offers", Integer, nullable=False, default=0),
    Column("outcome", Text),
    Column("link", Integer, unique=True),
    Column("former", String(64)),
    Column("digest", String(64)),
    Column("signature", String(64)),
)

anchors = Table(
    "anchors",
    metadata,
    Column("link", Integer, primary_key=True),
    Column("former", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("signature", String(64), nullable=False),
)

differences = Table(
    "differences",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("run", ForeignKey("reconciliations.id"), nullable=False, index=True),
    Column("offer", Integer),
    Column("title", Text, nullable=False),
    Column("cause", String(32), nullable=False),
    Column("action", String(32), nullable=False),
    Column("evidence", Json, nullable=False),
)

breaches = Table(
    "breaches",
    metadata,
    Column("truth", String(16), primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("sentence", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("told", Boolean, nullable=False),
)
