"""Listens to both marketplaces and compares what they show with what lies on the shelf."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from marketsim.market import (
    EditedByHand,
    Happening,
    InPerson,
    Market,
    OfferChanged,
    OrderId,
    Returned,
    Sold,
    UnitId,
)
from marketsim.pieces import Catalogue, MarketName, PieceId, Where
from marketsim.truth import waits
from marketsim.truth.crossing import Crossings
from marketsim.truth.diary import KEPT_ENTRIES, Entry
from marketsim.truth.records import (
    Cause,
    DoubleSale,
    Lowered,
    Offer,
    Opening,
    Taken,
    Wait,
    Window,
)

APPS = frozenset({"app", "blind app", "blind app over a hand"})
"""A change by one of these was a call through the API."""

Key = tuple[MarketName, UnitId]
Parts = tuple[tuple[PieceId, int], ...]


class Truth:
    """How many of each piece physically remain, and every case in which more were sold."""

    def __init__(self, catalogue: Catalogue, *, now: Callable[[], datetime]) -> None:
        """Begin with the catalogue's shelf; `now` is the market's time."""
        self._now = now
        self.remaining = {piece.id: sum(piece.on_hand) for piece in catalogue.pieces}
        self._untracked = {
            (listing.market, unit.parts)
            for listing in catalogue.listings
            for unit in listing.units
            if not unit.tracked or unit.sells_on
        }
        self._unheard: Counter[PieceId] = Counter()
        self._exhausted: dict[PieceId, Taken] = {}
        self._holders: dict[PieceId, list[Key]] = {}
        self.offers: dict[Key, Offer] = {}
        self.orders: dict[MarketName, set[OrderId]] = {}
        self.counts: Counter[str] = Counter()
        self.double_sales: list[DoubleSale] = []
        self.lowered: list[Lowered] = []
        self.diary: deque[Entry] = deque(maxlen=KEPT_ENTRIES)
        self.crossings = Crossings()

    def watch(self, market: Market) -> None:
        """Listen to an opened marketplace from now on."""
        self.orders.setdefault(market.name, set())
        self.crossings.seen[market.name] = market.seen
        for unit, parts in market.units().items():
            self._offer(market.name, unit, parts, market.buyable(unit))
        market.listen(self.hear)

    def hear(self, happening: Happening) -> None:
        """Take in one happening, and write it down."""
        showed = 0
        if not isinstance(happening, InPerson):
            known = self.offers.get((happening.market, happening.unit))
            showed = known.buyable if known is not None else 0
        self._take_in(happening)
        left = {piece: self.remaining[piece] for piece, _ in happening.parts}
        self.diary.append(Entry(happening=happening, showed=showed, remaining=left))

    def _take_in(self, happening: Happening) -> None:
        match happening:
            case Sold():
                self._sold(happening)
            case Returned(restocked=True):
                self._came_back(happening.parts, happening.quantity)
            case Returned():
                self.counts["returned_but_not_restocked"] += happening.quantity
            case EditedByHand():
                self._edited(happening)
            case InPerson():
                self._in_person(happening)
            case OfferChanged():
                self._shown(happening)

    def allowed(self, parts: Parts) -> int:
        """How many units the shelf still allows, never below zero."""
        return max(0, min(self.remaining[piece] // count for piece, count in parts))

    def _knowable(self, parts: Parts) -> int:
        """The same for an app, which cannot know what a hand took off where a write covered it."""
        left = {piece: self.remaining[piece] + self._unheard[piece] for piece, _ in parts}
        return max(0, min(left[piece] // count for piece, count in parts))

    def _sold(self, sale: Sold) -> None:
        key = (sale.market, sale.unit)
        offer = self._offer(*key, sale.parts, sale.quantity)
        self.orders.setdefault(sale.market, set()).add(sale.order)
        self.counts[f"sold_on_{sale.market}"] += sale.quantity
        self.crossings.note(sale)
        for piece, count in sale.parts:
            missing = count * sale.quantity - max(0, self.remaining[piece])
            if missing > 0:
                self._sold_twice(sale, offer, piece, missing)
            taken = Taken(by="sale", market=sale.market, order=sale.order, at=sale.at)
            self._take(piece, count * sale.quantity, taken)
        for wait in offer.waits:
            wait.allowed = max(0, wait.allowed - sale.quantity)
        self._follow(sale.parts, "sale", sale.market, sale.at, own=key)

    def _edited(self, edit: EditedByHand) -> None:
        self.counts[f"edited_on_{edit.market}"] += 1
        if edit.delta >= 0:
            self._came_back(edit.parts, edit.delta)
            return
        key = (edit.market, edit.unit)
        for piece, count in edit.parts:
            taken = Taken(by="edit", market=edit.market, order=None, at=edit.at)
            self._take(piece, -edit.delta * count, taken)
        self._follow(edit.parts, "edit", edit.market, edit.at, own=key)

    def _in_person(self, done: InPerson) -> None:
        """What is handed over though it was sold is the person's doing; both buyers remain."""
        ((piece, _),) = done.parts
        if done.delta > 0:
            self.counts["received"] += done.delta
            self._is_there(done.parts, done.delta)
            return
        self.counts["sold_in_person"] -= done.delta
        self.crossings.note(done)
        missing = -done.delta - max(0, self.remaining[piece])
        if missing > 0:
            self._sold_twice(done, None, piece, missing)
        taken = Taken(by="in person", market=done.market, order=None, at=done.at)
        self._take(piece, -done.delta, taken)
        self._follow(done.parts, "in person", done.market, done.at)

    def _shown(self, change: OfferChanged) -> None:
        offer = self._offer(change.market, change.unit, change.parts, 0)
        put_back, offer.buyable = change.buyable - offer.buyable, change.buyable
        self._count(offer, change)
        if change.parts and change.buyable > self.allowed(change.parts):
            offer.window = offer.window or Window(since=change.at, opened_by=self._why(change))
        elif offer.window is not None:
            offer.window, offer.lowered_at = None, change.at
        if change.by == "blind app over a hand":
            self._untold(change.parts, max(0, put_back))
        for wait in waits.settled(offer):
            if change.by == "buyer":
                self.counts["waits_ended_by_a_buyer"] += 1
            else:
                self._note_lowered(offer, wait, change.at)

    def _count(self, offer: Offer, change: OfferChanged) -> None:
        """What a person made endless no app can lower, until it is counted again."""
        if change.endless != offer.endless:
            offer.endless, offer.tracked = change.endless, not change.endless
        offer.tracked = offer.tracked or change.by in APPS
        if not offer.tracked:
            self.counts["untracked_cannot_follow"] += len(offer.waits)
            offer.waits.clear()

    def _why(self, raised: OfferChanged) -> Opening:
        whose: dict[str, Opening] = {
            "app": "raised by app",
            "blind app": "sale covered by a write",
            "blind app over a hand": "edit covered by a write",
            "person": "raised by person",
        }
        offers = self._offers_of(raised.parts)
        if raised.by == "app" and self.crossings.explain(raised, self.remaining, offers):
            return "sale crossed by a raise"
        return whose.get(raised.by, "raised by other")

    def _untold(self, parts: Parts, units: int) -> None:
        """A write has put back what a person took off: the other offers' apps never hear of it."""
        for piece, count in parts:
            self._unheard[piece] += count * units
        for offer in self._offers_of(parts):
            if offer.window is not None and offer.window.opened_by == "edit":
                offer.window = replace(offer.window, opened_by="edit covered by a write")
            heard = [wait for wait in offer.waits if wait.cause != "edit"]
            self.counts["covered_edits_cannot_be_followed"] += len(offer.waits) - len(heard)
            offer.waits = heard

    def _take(self, piece: PieceId, pieces: int, taken: Taken) -> None:
        before = self.remaining[piece]
        self.remaining[piece] = before - pieces
        if before > 0 >= before - pieces:
            self._exhausted[piece] = taken

    def _follow(
        self,
        parts: Parts,
        cause: Cause,
        sold_on: Where,
        at: datetime,
        *,
        own: Key | None = None,
    ) -> None:
        """Every other offer of these pieces must now show no more than there is."""
        for offer in self._offers_of(parts):
            allowed = self.allowed(offer.parts)
            is_own = (offer.market, offer.unit) == own
            if offer.buyable <= allowed:
                self.counts["needed_no_change"] += 0 if is_own else 1
                continue
            offer.window = offer.window or Window(since=at, opened_by=cause)
            if is_own:
                continue
            if offer.tracked and offer.buyable > (knowable := self._knowable(offer.parts)):
                waits.begin(offer, cause, sold_on=sold_on, at=at, allowed=knowable)
            elif not offer.tracked:
                self.counts["untracked_cannot_follow"] += 1

    def _came_back(self, parts: Parts, units: int) -> None:
        self.counts["came_back"] += units
        self._is_there(parts, units)

    def _is_there(self, parts: Parts, units: int) -> None:
        for piece, count in parts:
            self.remaining[piece] += count * units
        for offer in self._offers_of(parts):
            allowed = self.allowed(offer.parts)
            for wait in offer.waits:
                wait.allowed = max(wait.allowed, allowed)
            if offer.buyable <= allowed:
                offer.window = None
            self.counts["waits_overtaken_by_a_return"] += len(list(waits.settled(offer)))

    def _sold_twice(
        self, sale: Sold | InPerson, offer: Offer | None, piece: PieceId, missing: int
    ) -> None:
        """Note it; what is handed over in person was shown by no offer."""
        first, lowered_at = self._exhausted.get(piece), offer.lowered_at if offer else None
        came_down = lowered_at and first and lowered_at >= first.at
        self.double_sales.append(
            DoubleSale(
                piece=piece,
                missing=missing,
                market=sale.market,
                unit=sale.unit,
                order=sale.order if isinstance(sale, Sold) else OrderId(""),
                at=sale.at,
                first=first,
                window=offer.window if offer else None,
                withdrawn_at=lowered_at if came_down else None,
                tracked=offer is None or offer.tracked,
            )
        )

    def _note_lowered(self, offer: Offer, wait: Wait, at: datetime) -> None:
        self.lowered.append(
            Lowered(
                seconds=(at - wait.since).total_seconds(),
                cause=wait.cause,
                sold_on=wait.sold_on,
                sold_at=wait.since,
                lowered_on=offer.market,
                unit=offer.unit,
                to=wait.allowed,
            )
        )

    def _offers_of(self, parts: Parts) -> Iterable[Offer]:
        keys = dict.fromkeys(key for piece, _ in parts for key in self._holders.get(piece, ()))
        return (self.offers[key] for key in keys)

    def _offer(self, market: MarketName, unit: UnitId, parts: Parts, buyable: int) -> Offer:
        """The offer as known, or noted for the first time."""
        key = (market, unit)
        if key not in self.offers:
            tracked = (market, parts) not in self._untracked
            offer = Offer(market=market, unit=unit, parts=parts, tracked=tracked, buyable=buyable)
            self.offers[key] = offer
            for piece, _ in parts:
                self._holders.setdefault(piece, []).append(key)
            if parts and buyable > self.allowed(parts):
                offer.window = Window(since=self._now(), opened_by="opening")
        return self.offers[key]
