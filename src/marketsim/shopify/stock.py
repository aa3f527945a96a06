"""The only code that changes stock: moves between quantities, and who is told of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from marketsim.market import Happening, Listener, OfferChanged, UnitId
from marketsim.shopify.records import InventoryItem, Level, Location, Variant
from marketsim.shopify.store import Store

By = Literal["buyer", "app", "person", "marketplace"]
UNLIMITED = 1_000_000
"""What a visitor can buy of an item that is not tracked, or whose policy is to sell on."""

ONLINE_STORE = "Online Store"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One quantity of one level has moved by `delta`."""

    level: Level
    name: str
    delta: int
    ledger_document: str | None = None


def unit_of(variant: Variant) -> UnitId:
    """The unit a variant is to buyers."""
    return UnitId(variant.gid)


class Stock:
    """Moves stock, and tells subscribers of levels and listeners of offers."""

    def __init__(self, store: Store, strikes: Callable[[str], bool]) -> None:
        self._store = store
        self._strikes = strikes
        self._listeners: list[Listener] = []
        self._shown: dict[int, int] = {}
        self.on_level: Callable[[Level, By], None] = lambda _level, _by: None

    def listen(self, listener: Listener) -> None:
        """Call with each happening, in order."""
        self._listeners.append(listener)

    def tell(self, happening: Happening) -> None:
        """Tell every listener now."""
        for listener in self._listeners:
            listener(happening)

    def move(
        self, level: Level, deltas: Mapping[str, int], *, by: By, quiet: bool = False
    ) -> list[Change]:
        """Change quantities of a level by `deltas`; on_hand follows.

        `quiet` leaves the announcement of the offer to the caller, who has to tell something first.
        """
        now = self._store.now()
        on_hand_before = level.on_hand
        changes = []
        for name, delta in deltas.items():
            if delta == 0:
                continue
            if name == "incoming":
                level.incoming += delta
            else:
                level.quantities[name] += delta
            level.changed_at[name] = now
            changes.append(Change(level=level, name=name, delta=delta))
        if not changes:
            return []
        if on_hand_delta := level.on_hand - on_hand_before:
            level.changed_at["on_hand"] = now
            changes.append(Change(level=level, name="on_hand", delta=on_hand_delta))
        level.updated_at = now
        if any(change.name == "available" for change in changes):
            self.on_level(level, by)
        if not quiet and level.item.variant is not None:
            self.announce([level.item.variant], by=by)
        return changes

    def level_of(self, item: InventoryItem, location: Location, *, active: bool = True) -> Level:
        """The item's level at a location, made when it was never stocked there."""
        level = item.levels.get(location.number)
        if level is None:
            now = self._store.now()
            number = self._store.next_number()
            level = Level(
                number=number, item=item, location=location, is_active=active, created_at=now
            )
            level.updated_at = now
            self._store.add_level(level)
        return level

    def announce(self, variants: Iterable[Variant], *, by: By) -> None:
        """Tell listeners of each variant whose buyable pieces are not what they were.

        A variant that an app made up, of pieces that nobody knows, is nothing to them.
        """
        for variant in variants:
            if not variant.parts:
                continue
            now = self.buyable(variant)
            if self._shown.get(variant.number) == now:
                continue
            self._shown[variant.number] = now
            self.tell(
                OfferChanged(
                    market="shopify",
                    unit=unit_of(variant),
                    parts=variant.parts,
                    buyable=now,
                    by=by,
                    at=self._store.exact_now(),
                    endless=now == UNLIMITED,
                )
            )

    def buyable(self, variant: Variant) -> int:
        """Pieces a visitor of the online shop could buy now."""
        if variant.number not in self._store.variants or not self._on_sale(variant):
            return 0
        if not variant.item.tracked or self._sells_on(variant):
            return UNLIMITED
        return max(0, self.sellable(variant))

    def can_be_bought(self, variant: Variant, quantity: int) -> bool:
        """Whether a visitor may buy so many."""
        return self.buyable(variant) >= quantity

    def can_hand_over(self, variant: Variant, quantity: int) -> bool:
        """Whether a seller who asks no stock may sell so many."""
        counted = variant.item.tracked and self.sellable(variant) < quantity
        return not counted or self._strikes("negative_available")

    def lacks(self, level: Level | None, pieces: int) -> bool:
        """Whether so many cannot be taken: fewer are available, and none may be owed."""
        left = level.quantities["available"] if level else 0
        return pieces > max(0, left) and not self._strikes("negative_available")

    def sellable(self, variant: Variant) -> int:
        """Available pieces over the locations that serve the online shop; may be negative."""
        return sum(level.quantities["available"] for level in self.serving(variant))

    def serving(self, variant: Variant) -> list[Level]:
        """The levels that online orders may draw on, oldest location first."""
        return [
            level
            for level in sorted(variant.item.levels.values(), key=lambda it: it.location.number)
            if level.is_active
            and level.location.is_active
            and level.location.fulfills_online_orders
        ]

    def _sells_on(self, variant: Variant) -> bool:
        on = variant.inventory_policy == "CONTINUE"
        return on and self._strikes("negative_available")

    def _on_sale(self, variant: Variant) -> bool:
        product = variant.product
        published = any(
            self._store.publications[number].title == ONLINE_STORE
            for number in product.published_on
        )
        return product.status == "ACTIVE" and published
