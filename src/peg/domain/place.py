"""Where a shop's pieces lie, as its marketplace tells it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RemotePlace:
    """A place of a shop. One that is closed there ships nothing any more."""

    id: str
    name: str
    open: bool = True
