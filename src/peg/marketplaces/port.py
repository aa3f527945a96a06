"""The port: one shop on one marketplace. Adapters translate; they decide nothing about stock."""

import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar, Protocol

from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import Channel, OfferRef, ShopId
from peg.domain.offer import Reading, RemoteOffer
from peg.domain.order import OrderSnapshot
from peg.domain.place import RemotePlace


class MarketplaceError(PegError):
    """Base of what a marketplace answers instead of what was asked."""

    kind: ClassVar[ErrorKind] = "transient"


class MarketplaceUnavailable(MarketplaceError):
    """5xx, a time-out or a broken line *before* anything can have been applied, or a read."""


class MaybeApplied(MarketplaceError):
    """A write got no answer: it may have been applied. Read, then decide anew; never repeat."""


class Throttled(MarketplaceError):
    """The marketplace wants us to wait."""

    def __init__(self, sentence: str, *, wait_s: float) -> None:
        super().__init__(sentence)
        self.wait_s = wait_s


class TooLate(MarketplaceError):
    """Its turn came when what it was decided on was old: nothing was sent; read, decide anew."""


class BudgetSpent(MarketplaceError):
    """The day's calls are used up but for the share kept for lowering stock."""


class BreakerOpen(MarketplaceError):
    """The shop failed five times within a minute, and most calls: half a minute's silence."""


class AccessRevoked(MarketplaceError):
    """The token was revoked or the app uninstalled: a person has to connect again."""

    kind = "refused"


class NoToken(MarketplaceError):
    """No new token is given, and it is not said that access has ended: it is asked for again."""

    kind = "refused"


class MissingScope(MarketplaceError):
    """The app was not granted what this needs."""

    kind = "refused"


class ShopFrozen(MarketplaceError):
    """The marketplace has closed the shop for now (402, 423)."""

    kind = "refused"


class Refused(MarketplaceError):
    """The marketplace read the request and said no; the same request will be refused again."""

    kind = "refused"


class TooDear(Refused):
    """One question asks for more than the marketplace answers at once: ask for less."""


class RemoteGone(MarketplaceError):
    """The listing, order or item does not exist there (any more)."""

    kind = "missing"


class UnexpectedAnswer(MarketplaceError):
    """An answer without the fields it must have: nothing is concluded from it."""


class BadCallback(PegError):
    """A browser came back with something PEG did not send it away with."""

    kind: ClassVar[ErrorKind] = "refused"


class Shown(Enum):
    """What became of one offer's write."""

    SENT = "sent"  # applied and verified
    ALREADY = "already"  # a fresh reading equals the target
    STALE = "stale"  # what it stood on has changed: take in orders, read, decide again
    REFUSED = "refused"  # the marketplace says no to this very offer, with a reason
    FORBIDDEN = "forbidden"  # the app has no right to write to the shop
    FAILED = "failed"  # it was not done this time, and may be the next
    UNKNOWN = "unknown"  # no answer: it may have been applied; read first
    ASK = "ask"  # it would cost money (an Etsy renewal): a person decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One offer at one place: from what it is believed to show, to what it should.

    `basis` is the value it is compared with.
    """

    ref: OfferRef
    place: str
    basis: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one write.

    Attributes:
        sentence: kept for people; never secrets.
        verified: what was read after it.
        set_lower: refused, and a lower figure was set instead: our own, like one that was sent.
    """

    ref: OfferRef
    place: str
    shown: Shown
    sentence: str = ""
    verified: Reading | None = None
    set_lower: bool = False

    @property
    def was_set(self) -> bool:
        """Whether what was read after it is our own figure."""
        return self.set_lower or self.shown in {Shown.SENT, Shown.ALREADY}


ANSWER_CHARACTERS_MAX = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An order whose answer lacks what it must have, or a part of which does.

    Attributes:
        order: empty if even its number is missing.
        answer: what the marketplace said of it, as JSON and without buyers' data.
        told: a digest of the answer: it changes whenever the order does.
    """

    order: str
    why: str
    answer: str
    told: str

    @classmethod
    def of(cls, order: str, why: str, answer: object, *, keep: object = None) -> "Unreadable":
        """The order in an answer; `keep` is what may be kept of it, if that is not all."""
        kept = answer if keep is None else keep
        told = hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()[:16]
        text = json.dumps(kept, sort_keys=True)
        return cls(order=order, why=why, answer=text[:ANSWER_CHARACTERS_MAX], told=told)


class UnreadableOrder(UnexpectedAnswer):
    """An order by itself that cannot be read, or only `part` of it."""

    def __init__(self, odd: Unreadable, part: OrderSnapshot | None = None) -> None:
        which = f"order {odd.order or 'without a number'}"
        told = f"{which} cannot be read" if part is None else f"only a part of {which} can be read"
        super().__init__(f"{told}: {odd.why}")
        self.odd = odd
        self.part = part


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersPage:
    """Orders changed since a cursor, oldest change first, and the cursor after them.

    One that cannot be read hides no other: it stands among the `unreadable`, and so does one that
    can be read in part, which stands among the `orders` too.
    """

    orders: Sequence[OrderSnapshot]
    cursor: str
    more: bool
    unreadable: Sequence[Unreadable] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableOffer:
    """A sellable unit whose answer lacks what it must have.

    Attributes:
        listing: empty if even its number is missing.
        variant: empty where no unit of the listing can be read.
    """

    listing: str
    variant: str
    title: str
    sku: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersPage:
    """Some of a shop's offers. One that cannot be read hides no other."""

    offers: Sequence[RemoteOffer]
    unreadable: Sequence[UnreadableOffer] = ()

    def portions(self, size: int) -> Iterator["OffersPage"]:
        """The same in pages of so many offers; what cannot be read comes with the first."""
        yield OffersPage(offers=self.offers[:size], unreadable=self.unreadable)
        for start in range(size, len(self.offers), size):
            yield OffersPage(offers=self.offers[start : start + size])


class Marketplace(Protocol):
    """One connected shop. Every call may raise `MarketplaceError`."""

    shop: ShopId
    channel: Channel

    @property
    def slowed(self) -> float:
        """How many times longer routine reading should wait now, for the day's calls to last."""

    def listings(self, *, first: bool = False) -> AsyncIterator[OffersPage]:
        """Every sellable unit of the shop, page by page, for import and reconciliation.

        `first`: nothing of the shop is kept in step yet, so no calls are kept for what is sold.
        """

    async def read(
        self, refs: Sequence[OfferRef], *, urgent: bool = False
    ) -> Mapping[OfferRef, Reading]:
        """Fresh readings; an offer that is gone reads as `Shelf.GONE`, never as absent.

        Where listings are read whole, all that stands in them comes along.

        `urgent`: something that is sold may stand on sale there, so they go before all else.
        """

    async def room_for_orders(self, *, sales_only: bool = False) -> None:
        """Wait until `orders_since` could ask at once: whoever wants the orders by then shares it.

        Where calls are plenty there is nothing to wait for.
        """

    async def orders_since(
        self, cursor: str | None, *, now: datetime, sales_only: bool = False
    ) -> OrdersPage:
        """One page of orders changed since `cursor`, with the adapter's own overlap.

        With `sales_only` cancellations that cost a call of their own may wait for the next round.
        """

    async def order(self, order: str) -> OrderSnapshot:
        """One order, whole.

        Raises:
            RemoteGone: it cannot be read any more; which does not mean it was cancelled.
            UnreadableOrder: it, or a part of it, lacks what it must have.
        """

    async def locations(self) -> Sequence[RemotePlace]:
        """The places of the shop, closed ones too; none where it has no such."""

    async def ensure_webhooks(self, callback_url: str) -> Sequence[str]:
        """Subscribe to what is missing; the topics that had to be made anew."""

    async def remove_webhooks(self) -> int:
        """Have the shop send us nothing more; how many subscriptions ended."""


class ShowsNewest(Protocol):
    """A marketplace that tells of no hand edit, but can be asked what was changed last (Etsy)."""

    async def newest(self) -> Sequence[RemoteOffer]:
        """What stands in the listings that were changed last, on sale or off."""
