"""What the owner has told PEG to keep to, apart from stock: kept pieces, and shops left alone."""

from collections.abc import Callable
from dataclasses import dataclass

from marketsim.pieces import PieceId

CLOCKS_DIFFER = 0.99
"""PEG's clock may run otherwise: so much of a hold's time is surely not over."""

EVERYTHING = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One piece that is kept for somebody, until then by the loop's time; None: no end."""

    piece: PieceId
    until_s: float | None


class Wishes:
    """As she remembers them; the judge asks whether PEG keeps to them."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._holds: dict[int, Kept] = {}
        self._paused: dict[str, float] = {}

    def keeps(self, hold: int, piece: PieceId, *, for_s: float | None) -> None:
        """A hold was made."""
        until_s = None if for_s is None else self._now() + for_s * CLOCKS_DIFFER
        self._holds[hold] = Kept(piece=piece, until_s=until_s)

    def lets_go(self, hold: int) -> None:
        """A hold is about to end."""
        self._holds.pop(hold, None)

    def kept(self, piece: PieceId) -> int:
        """How many of a piece may surely not be sold now."""
        now_s = self._now()
        return sum(
            one.piece == piece and (one.until_s is None or now_s < one.until_s)
            for one in self._holds.values()
        )

    def pauses(self, scope: str) -> None:
        """Nothing may be written there from now on."""
        self._paused[scope] = self._now()

    def resumes(self, scope: str) -> None:
        """It may again."""
        del self._paused[scope]

    def is_paused(self, scope: str) -> bool:
        """Whether she has paused just that."""
        return scope in self._paused

    def paused_for_s(self, market: str) -> float:
        """Since how long nothing may be written to a marketplace; 0 where it may."""
        since = [self._paused[one] for one in (EVERYTHING, market) if one in self._paused]
        return self._now() - min(since) if since else 0.0
