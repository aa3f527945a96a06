"""One operation of the API: its address, what it needs, and what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from marketsim.etsy.asked import Answer, Asked
from marketsim.etsy.shop import Shop

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Takes = Literal["nothing", "form", "json", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """As in Etsy's OpenAPI document.

    Attributes:
        path: below /v3/application, with {names} for numbers.
        scope: what a token must allow; None where a key is enough.
        known: query and body fields it understands; others are ignored or refused.
    """

    name: str
    method: Method
    path: str
    scope: str | None
    act: Callable[[Shop, Asked], Answer]
    takes: Takes = "nothing"
    known: frozenset[str] = frozenset()

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"
