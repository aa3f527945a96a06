"""What one offer should show: pure arithmetic over what its components allow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from peg.domain.counted import counted
from peg.domain.errors import BadQuantity
from peg.domain.identity import LocationId
from peg.domain.offer import ANYWHERE
from peg.domain.stock import NOTHING, StockLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """One component of an offer: how many of it one sale takes, and where it lies."""

    need: int
    levels: Mapping[LocationId, StockLevel]

    def __post_init__(self) -> None:
        if self.need <= 0:
            raise BadQuantity(f"a sale takes at least one of each component, not {self.need}")

    @property
    def total(self) -> StockLevel:
        """Over all places, pool included."""
        return sum(self.levels.values(), start=NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The channel's rules for one offer.

    Attributes:
        buffer: pieces never shown on this channel.
        cap: at most so many are shown; None for no cap.
        withheld: reasons to show nothing at all, such as a shop whose orders cannot be read.
        undone: at most so many at a place, since a person took a write of ours back.
    """

    buffer: int = 0
    cap: int | None = None
    withheld: tuple[str, ...] = ()
    undone: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Quantities per place, and why they are lower than the stock would allow.

    `allowed`: pieces that may be shown in all, wherever they lie.
    """

    quantities: Mapping[str, int]
    why: tuple[str, ...] = ()
    allowed: int = 0

    @property
    def listed(self) -> bool:
        """Whether buyers may find the offer."""
        return any(self.quantities.values())

    @property
    def stranded(self) -> bool:
        """Whether there are pieces, and none lies where this shop sells from."""
        return self.allowed > 0 and not self.listed


def aim(supplies: Sequence[Supply], places: Mapping[str, LocationId | None], limits: Limits) -> Aim:
    """What the offer should show at each of the channel's places.

    Args:
        supplies: the offer's components; an offer without any shows nothing.
        places: the marketplace's places with the location each stands for; `ANYWHERE` (Etsy) draws
            on all of them together and has no location.
        limits: buffer, cap and reasons to withhold.

    The places together never show more than the whole stock allows: a line whose place is not
    known yet, a suspense or an oversold piece lowers the sum, wherever it lies.

    >>> ring = Supply(need=1, levels={LocationId("main"): StockLevel(on_hand=1, committed=1)})
    >>> aim([ring], {ANYWHERE: None}, Limits()).quantities
    {'': 0}
    """
    if limits.withheld or not supplies:
        why = limits.withheld or ("not mapped to any item",)
        return Aim(quantities=dict.fromkeys(places, 0), why=why)
    stock = min(supply.total.available // supply.need for supply in supplies)
    allowed, why = _limited(stock, limits)
    wanted = {place: _at(supplies, location, allowed) for place, location in places.items()}
    quantities = _shared_out(wanted, allowed)
    elsewhere = allowed - sum(quantities.values())
    if elsewhere > 0:
        here = allowed - elsewhere
        lie = counted(here, "of {} lies", "of {} lie") if here else "none of {} lies"
        why += (f"{lie.format(allowed)} where this shop sells from",)
    return _put_back(Aim(quantities=quantities, why=why, allowed=allowed), limits.undone)


def _put_back(aimed: Aim, undone: Mapping[str, int]) -> Aim:
    """Lower the places at which a write was undone; what is not shown there goes to no other."""
    shown = {
        place: min(quantity, undone.get(place, quantity))
        for place, quantity in aimed.quantities.items()
    }
    less = sum(aimed.quantities.values()) - sum(shown.values())
    if not less:
        return aimed
    why = (*aimed.why, f"{less} not shown: a write was undone (`peg undo`)")
    return replace(aimed, quantities=shown, why=why, allowed=aimed.allowed - less)


def _limited(stock: int, limits: Limits) -> tuple[int, tuple[str, ...]]:
    allowed, why = max(0, stock), []
    if limits.buffer and allowed:
        allowed = max(0, allowed - limits.buffer)
        why.append(f"{limits.buffer} kept back from this channel")
    if limits.cap is not None and allowed > limits.cap:
        allowed = limits.cap
        why.append(f"at most {limits.cap} shown on this channel")
    return allowed, tuple(why)


def _at(supplies: Sequence[Supply], location: LocationId | None, allowed: int) -> int:
    if location is None:
        return allowed
    return max(
        0,
        min(supply.levels.get(location, NOTHING).available // supply.need for supply in supplies),
    )


def _shared_out(wanted: Mapping[str, int], allowed: int) -> dict[str, int]:
    """Lower the places, fullest first, until together they show no more than is allowed."""
    shares = dict(wanted)
    excess = sum(shares.values()) - allowed
    for place in sorted(shares, key=lambda place: (-shares[place], place)):
        less = min(max(0, excess), shares[place])
        shares[place] -= less
        excess -= less
    return shares


__all__ = ["ANYWHERE", "Aim", "Limits", "Supply", "aim"]
