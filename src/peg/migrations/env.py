"""Run by Alembic: applies steps on the connection that `schema` hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from peg.db.columns import UtcDateTime
from peg.migrations.tables import all_tables


def render(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """Write a step in SQLAlchemy's own types: a step must not change when ours do."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=all_tables(),
    render_as_batch=True,  # SQLite alters a table by writing it anew
    transactional_ddl=True,  # on SQLite too: we begin by ourselves
    compare_type=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
