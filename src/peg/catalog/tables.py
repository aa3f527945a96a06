"""The catalogue's tables. Nobody else writes them."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

from peg.db.columns import Json, Serial, UtcDateTime, metadata

items = Table(
    "items",
    metadata,
    Column("sku", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", String(32), nullable=False, default=""),
    Column("one_of_a_kind", Boolean, nullable=False),
    Column("low_stock_at", Integer),
    Column("attributes", Json, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
)

kinds = Table(
    "kinds",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("low_stock_at", Integer, nullable=False),
    CheckConstraint("low_stock_at >= 0", name="low_stock_not_negative"),
)

offers = Table(
    "offers",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("shop", String(128), nullable=False),
    Column("listing", String(64), nullable=False),
    Column("variant", String(255), nullable=False),
    Column("stock_unit", String(64), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("sku_as_typed", String(255), nullable=False),
    Column("options", Json, nullable=False),
    Column("price_minor", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("tracked", Boolean, nullable=False),
    Column("oversells", Boolean, nullable=False),
    Column("sells_on_told", Boolean, nullable=False, default=False, server_default=false()),
    Column("parked", Boolean, nullable=False, default=False),
    Column("gone", Boolean, nullable=False, default=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("found_shown", Json, nullable=False),
    Column("found_shelf", String(16), nullable=False),
    Column("first_found_at", UtcDateTime, nullable=False),
    Column("first_shown", Integer),
    Column("baseline_begun_at", UtcDateTime),
    Column("baseline_after", UtcDateTime),
    Column("baseline_until", UtcDateTime),
    UniqueConstraint("shop", "listing", "variant"),
)

components = Table(
    "components",
    metadata,
    Column("offer", ForeignKey("offers.id"), primary_key=True),
    Column("sku", ForeignKey("items.sku"), primary_key=True, index=True),
    Column("quantity", Integer, nullable=False),
    CheckConstraint("quantity > 0", name="takes_something"),
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

locations = Table(
    "locations",
    metadata,
    Column("shop", String(128), primary_key=True),
    Column("remote", String(64), primary_key=True),
    Column("location", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("open", Boolean, nullable=False, default=True, server_default=true()),
)

mirror = Table(
    "mirror",
    metadata,
    Column("offer", ForeignKey("offers.id"), primary_key=True),
    Column("place", String(64), primary_key=True),
    Column("quantity", Integer, nullable=False),
    Column("reserved", Integer),
    Column("shelf", String(16), nullable=False),
    Column("may_rise", Integer, nullable=False, default=0),
    Column("may_rise_until", UtcDateTime),
    Column("rise_unsure", Boolean, nullable=False, default=False, server_default=false()),
    Column("pending", Integer),
    Column("sold_since", Integer, nullable=False, default=0, server_default="0"),
    Column("unanswered", Boolean, nullable=False, default=False, server_default=false()),
    Column("version", Integer, nullable=False, default=1),
    Column("sending_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("written_at", UtcDateTime),
    Column("seen_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    Column("aim", Integer),
    Column("off_already", Integer, nullable=False, server_default="0"),
    Column("off_since", UtcDateTime),
    CheckConstraint("may_rise >= 0", name="may_rise_not_negative"),
)

rules = Table(
    "rules",
    metadata,
    Column("scope", String(48), primary_key=True),
    Column("channel", String(16), primary_key=True),
    Column("buffer", Integer),
    Column("cap", Integer),
    CheckConstraint("buffer >= 0", name="buffer_not_negative"),
    CheckConstraint("cap >= 0", name="cap_not_negative"),
)
