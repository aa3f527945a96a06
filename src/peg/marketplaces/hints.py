"""Webhooks as each marketplace's door reads them: signed or not, and where they say to look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import ShopId
from peg.domain.order import OrderSnapshot


class BadSignature(PegError):
    """A webhook that the shop's secret did not sign: absent, malformed or wrong."""

    kind: ClassVar[ErrorKind] = "refused"


class SignedLongAgo(BadSignature):
    """A webhook that the shop's secret signed, and at another time than now."""


IT_IS_READ = (
    "it is kept, and the next poll reads what it may have told of. If more come, see that no proxy"
    " changes the bodies"
)
"""What to do about a delivery that says nothing."""


class MalformedDelivery(PegError):
    """A signed webhook that says nowhere to look: no JSON, or no number of what it is about."""

    kind: ClassVar[ErrorKind] = "refused"


class UnknownTopic(PegError):
    """A webhook about something PEG never asked for."""

    kind: ClassVar[ErrorKind] = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What a webhook tells, after its signature was checked: where to look.

    Attributes:
        topic: the marketplace's own topic.
        order: the order it concerns, if any.
        snapshot: the order itself where the payload carries it (Shopify); not `complete` where that
            is only the part of it that is sure.
        as_of: up to when, by the marketplace's clock, the payload tells of that order.
        lacks: what kept the payload from being read whole.
        names: the pieces in such a payload as they are written there, for people.
        stock_unit: Shopify's inventory item id it concerns, if any.
        listing: the listing or product it concerns, if any.
        available: the figure it claims for `stock_unit` at `place`; only ever a hint.
    """

    shop: ShopId
    topic: str
    order: str | None = None
    snapshot: OrderSnapshot | None = None
    as_of: datetime | None = None
    lacks: str = ""
    names: Sequence[str] = ()
    stock_unit: str | None = None
    listing: str | None = None
    place: str | None = None
    available: int | None = None
    happened_at: datetime | None = None


class SignatureCheck(Protocol):
    """Knows the webhooks of one shop by the secret that signs them."""

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        """Refuse what was not signed with the shop's secret. Looks at the raw body only.

        Raises:
            BadSignature: absent, malformed or wrong.
        """


class HintReader(Protocol):
    """Says where a webhook of a marketplace points, once its signature was checked.

    It needs no secret and asks nobody: also what a shop said that is out of reach by now is read.
    """

    def hint(
        self, headers: Mapping[str, str], body: bytes, *, shop: ShopId, received_at: datetime
    ) -> Hint:
        """Where to look.

        Raises:
            MalformedDelivery: it does not say where.
            UnknownTopic: about something that PEG never asked for.
        """
