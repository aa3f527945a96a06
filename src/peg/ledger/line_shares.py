"""Where the units of an order's line count, and what of that is new to the marketplace: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from peg.domain.identity import LocationId
from peg.domain.order import STATES, TAKEN, LineSnapshot, Share
from peg.ledger.line_effects import NO_UNITS, Units


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A line's units by place.

    Attributes:
        guessed: some were laid to one of several places that were known before.
    """

    shares: tuple[Share, ...]
    guessed: bool = False


def settle(line: LineSnapshot, kept: Sequence[Share]) -> Settled:
    """A line's units, each at its place."""
    return stay(line.by_place, kept)


def stay(units: Iterable[Share], kept: Sequence[Share]) -> Settled:
    """Every unit at its place: as told, else where it was before.

    A unit that waits and whose place nobody knows stays without one. One that left, or came back,
    counts at the first place that its line was ever to be shipped from: no other is told any more.
    """
    told = by_place(units)
    loose = told.pop(None, None)
    if loose is None or loose.is_nothing:
        return Settled(shares=_something(told.values()))
    known = by_place(kept)
    if not told and _totals(known.values()) == _totals([loose]):
        return Settled(shares=tuple(kept))
    known.pop(None, None)
    desk = _Desk(told, loose)
    desk.fill(known)
    return Settled(
        shares=_something(desk.shares(fallback=next(iter(told), None))),
        guessed=desk.placed and len(_something(known.values())) > 1,
    )


def deal(loose: Share, room: Mapping[LocationId, int]) -> Iterable[Share]:
    """Pieces of no known place, to places that so many are taken from.

    Of what was put back nothing is taken: it is noted at the first of them.
    """
    left = _figures(loose)
    for number, (place, pieces) in enumerate(room.items()):
        here = dict.fromkeys(STATES, 0)
        if number == 0:
            here["restocked"] = left["restocked"]
        for state in TAKEN:
            here[state] = min(left[state], pieces - sum(here[taken] for taken in TAKEN))
            left[state] -= here[state]
        yield Share.of(place, here)


def at_locations(
    shares: Iterable[Share], places: Mapping[str, LocationId], *, unknown: LocationId
) -> Mapping[LocationId, Share]:
    """The units by our own places; `unknown` is where those count whose place is not told."""
    found: dict[LocationId, Share] = {}
    for share in shares:
        location = places.get(share.place, unknown) if share.place is not None else unknown
        found[location] = _sum(found.get(location, Share()), share)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a line newly did to the figure of one of the marketplace's places.

    Attributes:
        place: None where nothing is known or assumed of it.
        told: the marketplace itself has named it.
        sold: units taken off it.
        put_back: units newly restocked: the marketplace may show them again by itself.
        moved_away: units back on it, since the order takes them from another place now.
        explained: of those sold, units that had been missed there before.
        doubtful: some of these were missed before the order was placed, by what its marketplace
            says: it may have taken them off first, or they are others.
    """

    place: str | None
    told: bool
    sold: int = 0
    put_back: int = 0
    moved_away: int = 0
    explained: int = 0
    doubtful: bool = False


def changes(before: Sequence[Share], after: Sequence[Share], assumed: str | None) -> list[Change]:
    """What is new at each place.

    Args:
        before: what the marketplace's figures are known to have followed.
        after: what it tells now.
        assumed: the place where it is believed to have taken what it names no place for.
    """
    was, now = _units(before, assumed), _units(after, assumed)
    named = {share.place for share in after}
    steps = {
        place: now.get(place, NO_UNITS).since(was.get(place, NO_UNITS))
        for place in sorted(was.keys() | now.keys(), key=lambda place: (place is None, place or ""))
    }
    _, back_in_all = _whole(now).since(_whole(was))
    restocked = {
        place: now.get(place, NO_UNITS).restocked - was.get(place, NO_UNITS).restocked
        for place in steps
    }
    put_back = dict.fromkeys(steps, 0)
    for limit in (restocked, {place: back for place, (_, back) in steps.items()}):
        for place, (_, back) in steps.items():
            left = back_in_all - sum(put_back.values())
            put_back[place] += max(0, min(left, limit[place], back - put_back[place]))
    return [
        Change(
            place=place,
            told=place in named,
            sold=sold,
            put_back=put_back[place],
            moved_away=back - put_back[place],
        )
        for place, (sold, back) in steps.items()
        if sold or back
    ]


class _Desk:
    """Lays units without a place where they were before."""

    def __init__(self, told: Mapping[str | None, Share], loose: Share) -> None:
        self._at = {place: _figures(share) for place, share in told.items()}
        self._loose = _figures(loose)
        self.placed = False

    def fill(self, known: Mapping[str | None, Share]) -> None:
        """First in the states they are known in there, then in any."""
        for place, before in known.items():
            self._at.setdefault(place, dict.fromkeys(STATES, 0))
            for state in STATES:
                self._lay(place, state, before, getattr(before, state) - self._at[place][state])
        for place, before in known.items():
            for state in STATES:
                self._lay(place, state, before, before.units)

    def shares(self, *, fallback: str | None) -> Iterable[Share]:
        """All units; those that do not wait any more go to `fallback` in the end."""
        rest = dict(self._loose)
        if fallback is not None:
            for state in STATES[1:]:
                self._at[fallback][state] += rest[state]
                rest[state] = 0
        yield from (Share.of(place, figures) for place, figures in self._at.items())
        yield Share.of(None, rest)

    def _lay(self, place: str | None, state: str, before: Share, wanted: int) -> None:
        here = self._at[place]
        room = before.units - sum(here.values())
        units = max(0, min(wanted, room, self._loose[state]))
        here[state] += units
        self._loose[state] -= units
        self.placed = self.placed or units > 0


def by_place(shares: Iterable[Share]) -> dict[str | None, Share]:
    """Shares of one place each."""
    found: dict[str | None, Share] = {}
    for share in shares:
        known = found.get(share.place)
        found[share.place] = share if known is None else _sum(known, share)
    return found


def _something(shares: Iterable[Share]) -> tuple[Share, ...]:
    """Those that say something, by place."""
    told = [share for share in shares if not share.is_nothing]
    return tuple(sorted(told, key=lambda share: (share.place is None, share.place or "")))


def _figures(share: Share) -> dict[str, int]:
    return {state: getattr(share, state) for state in STATES}


def _sum(one: Share, other: Share) -> Share:
    added = {state: getattr(one, state) + getattr(other, state) for state in STATES}
    return Share.of(other.place, added)


def _totals(shares: Iterable[Share]) -> dict[str, int]:
    rows = list(shares)
    return {state: sum(getattr(share, state) for share in rows) for state in STATES}


def _units(shares: Iterable[Share], assumed: str | None) -> Mapping[str | None, Units]:
    found: dict[str | None, Units] = {}
    for share in shares:
        place = assumed if share.place is None else share.place
        found[place] = found.get(place, NO_UNITS) + Units.told(share)
    return found


def _whole(units: Mapping[str | None, Units]) -> Units:
    return sum(units.values(), start=NO_UNITS)
