"""What an OAuth server gives."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Tokens and how long they last; None: no end, or none given."""

    access_token: str = field(repr=False)
    access_until: datetime | None
    refresh_token: str | None = field(default=None, repr=False)
    refresh_until: datetime | None = None
    scopes: frozenset[str] = frozenset()


class Tokens(Protocol):
    """Where an adapter gets the token for its next call."""

    async def token(self) -> str:
        """A token that is good for now.

        Raises:
            AccessRevoked: a person has to connect the shop again.
        """

    async def refused(self, token: str) -> None:
        """The marketplace answered 401 to this token: have another one.

        Raises:
            AccessRevoked: there will be none.
        """
