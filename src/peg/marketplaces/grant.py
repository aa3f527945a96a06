"""What an OAuth server gives."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Tokens and how long they last; None: no end, or none given."""

    access_token: str = field(repr=False)
    access_until: datetime | None
    refresh_token: str | None = field(default=None, repr=False)
    refresh_until: datetime | None = None
    scopes: frozenset[str] = frozenset()
