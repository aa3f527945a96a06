"""Shops, their grants, flows begun in a browser, and leases. Only this package writes them."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
)

from peg.db.columns import UtcDateTime, metadata

shops = Table(
    "shops",
    metadata,
    Column("id", String(160), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_sentence", Text, nullable=False, default=""),
    Column("scopes", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("client_secret", Text, nullable=False),
    Column("webhook_secret", Text),
    Column("connected_at", UtcDateTime, nullable=False),
    CheckConstraint("status in ('connected', 'revoked', 'frozen', 'disconnected')", name="status"),
)

grants = Table(
    "grants",
    metadata,
    Column("shop", String(160), ForeignKey(shops.c.id), primary_key=True),
    Column("access_token", Text, nullable=False),
    Column("access_until", UtcDateTime),
    Column("refresh_token", Text),
    Column("refresh_until", UtcDateTime),
    Column("fencing", Integer, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
)

unclaimed_grants = Table(
    "unclaimed_grants",
    metadata,
    Column("spent", String(64), primary_key=True),
    Column("access_token", Text, nullable=False),
    Column("access_until", UtcDateTime),
    Column("refresh_token", Text),
    Column("refresh_until", UtcDateTime),
    Column("stored_at", UtcDateTime, nullable=False),
)

oauth_states = Table(
    "oauth_states",
    metadata,
    Column("state", String(64), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("browser", String(64), nullable=False),
    Column("shop_domain", Text, nullable=False, default=""),
    Column("redirect_uri", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("client_secret", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("until", UtcDateTime, nullable=False),
    Column("fencing", Integer, nullable=False),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("secret", Text, nullable=False),
)

SEALED = (
    (shops, shops.c.id, ("client_secret", "webhook_secret")),
    (grants, grants.c.shop, ("access_token", "refresh_token")),
    (unclaimed_grants, unclaimed_grants.c.spent, ("access_token", "refresh_token")),
    (oauth_states, oauth_states.c.state, ("client_secret", "verifier")),
    (signing_keys, signing_keys.c.name, ("secret",)),
)
"""Every sealed column with the key of its row: what `rotate_keys` seals anew."""
