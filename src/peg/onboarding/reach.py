"""The shops of one import: those that answer, and why the others do not."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from peg.domain.identity import ShopId
from peg.marketplaces.port import Marketplace, MarketplaceError

T = TypeVar("T")


class NoShopReadable(MarketplaceError):
    """None of several shops could be read."""

    def __init__(self, failures: Mapping[ShopId, MarketplaceError]) -> None:
        said = [_named(shop, str(error)) for shop, error in sorted(failures.items())]
        super().__init__("no shop could be read: " + "; ".join(said))


@dataclass(slots=True)
class Reach:
    """Which shops could be read. One that failed is asked nothing more, and holds up no other.

    Attributes:
        failures: what each of the others said.
    """

    shops: Mapping[ShopId, Marketplace]
    failures: dict[ShopId, MarketplaceError] = field(default_factory=dict)

    @property
    def answering(self) -> list[ShopId]:
        """Those that have answered everything so far, in a fixed order."""
        return sorted(shop for shop in self.shops if shop not in self.failures)

    async def ask(self, question: Callable[[ShopId], Awaitable[object]]) -> None:
        """Ask one shop after the other."""
        for shop in self.answering:
            try:
                await question(shop)
            except MarketplaceError as error:
                self.failures[shop] = error

    async def ask_at_once(self, question: Callable[[ShopId], Awaitable[T]]) -> Mapping[ShopId, T]:
        """Ask them side by side, since each has its own limits; what those said that answered.

        Each comes to its end or its own failure.
        """
        asked = self.answering
        said = await asyncio.gather(*map(question, asked), return_exceptions=True)
        answers: dict[ShopId, T] = {}
        for shop, answer in zip(asked, said, strict=True):
            if isinstance(answer, MarketplaceError):
                self.failures[shop] = answer
            elif isinstance(answer, BaseException):
                raise answer
            else:
                answers[shop] = answer
        return answers

    def need_one(self) -> None:
        """Go on only where something could be read.

        Raises:
            MarketplaceError: the only shop does not answer; what it said.
            NoShopReadable: none of several does; what each of them said.
        """
        if self.answering:
            return
        if len(self.failures) > 1:
            raise NoShopReadable(self.failures)
        raise next(iter(self.failures.values()))


def _named(shop: ShopId, why: str) -> str:
    return why if why.startswith(shop) else f"{shop}: {why}"
