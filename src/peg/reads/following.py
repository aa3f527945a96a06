"""When the other shops were seen to follow a sale: one definition, for page, metrics and exposure.

An offer has followed once its marketplace was seen to show a target that counts the sale. What
showed no more than is left needed nothing. The clock that began with the marketplace's word of the
sale ends with ours, when the write's answer was checked.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel

from peg.catalog.offers import Offer
from peg.domain.identity import Channel, OfferId, ShopId, Sku
from peg.ledger.posted import FirstPosted
from peg.propagation.attempts import Written
from peg.propagation.board import Standing

AIMED_WITHIN = timedelta(seconds=30)
"""So long after the book knows of a sale the offers may get their targets; later ones have another
cause."""


class Followed(StrEnum):
    """Whether the other shops show what a sale has left."""

    DONE = "done"
    WAITING = "waiting"
    ALONE = "alone"  # no other shop sells these pieces
    UNSURE = "unsure"  # nobody knows for sure what was sold, or whether another shop sells it too


class Elsewhere(BaseModel):
    """How the shops on one marketplace followed a sale at another shop.

    `seconds`: from the sale to the last of their offers; null while one is on its way, and where
    they showed no more than is left.
    """

    channel: Channel
    followed: Followed
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """When an order was placed, and since when the book counts what it took of each item."""

    at: datetime
    posted: Mapping[Sku, FirstPosted]


@dataclass(frozen=True, slots=True)
class Shown:
    """What offers should show, and each time PEG made them."""

    standings: Mapping[OfferId, Standing]
    written: Mapping[OfferId, Sequence[Written]]


@dataclass(frozen=True, slots=True)
class _Seen:
    """How one offer followed, and when; never, where it needed nothing. It showed `left` then."""

    followed: Followed
    at: datetime | None = None
    left: int | None = None


def elsewhere(sold: Sold, others: Sequence[Offer], shown: Shown) -> list[Elsewhere]:
    """How the other shops' offers of these pieces followed, by marketplace."""
    channels = sorted({offer.ref.channel for offer in others})
    return [
        _on(channel, sold, [offer for offer in others if offer.ref.channel is channel], shown)
        for channel in channels
    ]


def withdrawn(sold: Sold, others: Sequence[Offer], shown: Shown) -> dict[ShopId, float]:
    """By other shop, the seconds from the sale until none of it could be bought there any more.

    Shops that had more of it to show, or none before, are left out, and those still on their way.
    """
    found: dict[ShopId, list[_Seen]] = defaultdict(list)
    for offer in others:
        found[offer.ref.shop].append(_followed(offer, sold, shown))
    return {
        shop: _seconds(sold.at, max(one.at for one in mine if one.at is not None))
        for shop, mine in found.items()
        if any(one.left == 0 for one in mine)
        and all(one.followed is Followed.DONE and not one.left for one in mine)
    }


def over_all(parts: Sequence[Elsewhere], *, sure: bool = True) -> tuple[Followed, float | None]:
    """The sale has been followed once every marketplace has, and as late as the last.

    Args:
        parts: those that sell what was sold, and are kept in step.
        sure: whether these are surely all.
    """
    if not parts:
        return Followed.ALONE if sure else Followed.UNSURE, None
    if any(part.followed is Followed.WAITING for part in parts):
        return Followed.WAITING, None
    return Followed.DONE, max(
        (one.seconds for one in parts if one.seconds is not None), default=None
    )


def _on(channel: Channel, sold: Sold, offers: Sequence[Offer], shown: Shown) -> Elsewhere:
    found = [_followed(offer, sold, shown) for offer in offers]
    waits = any(one.followed is Followed.WAITING for one in found)
    last = max((one.at for one in found if one.at is not None), default=None)
    return Elsewhere(
        channel=channel,
        followed=Followed.WAITING if waits else Followed.DONE,
        seconds=None if waits or last is None else _seconds(sold.at, last),
    )


def _followed(offer: Offer, sold: Sold, shown: Shown) -> _Seen:
    """Whether one offer has followed."""
    posted = [sold.posted[part.sku] for part in offer.components if part.sku in sold.posted]
    if not posted:
        return _Seen(Followed.DONE)
    since = max(min(sold.at, one.at) if one.missed_before else one.at for one in posted)
    until = max(one.at for one in posted) + AIMED_WITHIN
    for write in shown.written.get(offer.id, ()):
        if write.aimed_at >= since and (write.behind_since or write.aimed_at) <= until:
            return _Seen(Followed.DONE, write.written_at, write.quantity)
    standing = shown.standings[offer.id]
    if standing.dirty:
        is_late = standing.behind_since is None or standing.behind_since <= until
        return _Seen(Followed.WAITING if is_late else Followed.DONE)
    if standing.shown_at is None or not since <= standing.changed_at <= until:
        return _Seen(Followed.DONE)
    return _Seen(Followed.DONE, standing.shown_at, standing.target.total)


def _seconds(sold_at: datetime, shown_at: datetime) -> float:
    return round(max(0.0, (shown_at - sold_at).total_seconds()), 3)
