"""When a write to a shop may be undone: pure.

What stood there before is put back only while the write still stands as it was left, and only as
far as the book allows by now: an undo never shows a piece that is sold, held or missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from peg.propagation.written import KeptWrite

NAMED_MAX = 3


class Undoing(StrEnum):
    """What comes of wanting a write undone."""

    PUT_BACK = "put_back"  # what stood there before is shown again, and no more from now on
    AS_THE_BOOK = "as_the_book"  # what stood there before is what the book allows: it is driven to
    ALREADY = "already"
    REFUSED = "refused"
    NOT_NOW = "not_now"

    @property
    def acts(self) -> bool:
        """Whether anything is written for it."""
        return self in {Undoing.PUT_BACK, Undoing.AS_THE_BOOK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A write, and how its offer stands there by now.

    Attributes:
        newest: the number of the last write to the same figure.
        shows: what buyers can have there, freshly read; None where there is no such place now.
        is_sure: no other write to it is under way, or without an answer.
        allowed: the most the book allows there, whatever was undone; None: PEG keeps it no more.
        why: what keeps `allowed` low, as far as that is known.
        changed: what else of its listing differs from what stood there before.
        parked: a person took the offer off sale.
        sku: a piece to name in advice.
    """

    write: KeptWrite
    newest: int
    shows: int | None
    is_sure: bool
    allowed: int | None
    why: Sequence[str] = ()
    changed: Sequence[str] = ()
    parked: bool = False
    sku: str = "SKU"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comes of it, and why, for a person."""

    undoing: Undoing
    sentence: str


def judge(scene: Scene) -> Verdict:
    """Whether a write may be undone. What tells that it no longer stands comes first."""
    write = scene.write
    if write.undone is not None:
        return Verdict(
            Undoing.ALREADY, f"undone already: `peg undo {write.id} --take-back` ends that"
        )
    if objection := _no_longer_stands(scene):
        return Verdict(Undoing.REFUSED, objection)
    if not scene.is_sure:
        return Verdict(
            Undoing.NOT_NOW, "another write to it is under way or got no answer: try again soon"
        )
    if objection := _moved_since(scene):
        return Verdict(Undoing.REFUSED, objection)
    return _by_the_book(scene, scene.allowed or 0)


def _no_longer_stands(scene: Scene) -> str:
    write = scene.write
    if scene.allowed is None or scene.shows is None:
        return "PEG keeps no figure there any more: change it on the shop"
    if scene.newest != write.id:
        return (
            f"write {scene.newest} changed the same figure later: look at that one"
            f" (`peg undo {scene.newest}`)"
        )
    if scene.parked and write.before > write.quantity:
        return "a person took it off sale there: put it back on sale on the shop"
    return ""


def _moved_since(scene: Scene) -> str:
    write = scene.write
    if scene.shows != write.quantity:
        return (
            f"it shows {scene.shows}, and the write had left {write.quantity}: pieces were sold, or"
            " it was changed by hand since. To keep pieces off sale:"
            f" `peg hold {scene.sku} …`, `peg limit`"
        )
    if scene.changed:
        named = ", ".join(scene.changed[:NAMED_MAX])
        more = len(scene.changed) - NAMED_MAX
        named += f" and {more} more" if more > 0 else ""
        return (
            f"its listing was changed since, beside the quantities ({named}), which PEG never"
            " writes: put that back on the shop first, or change the figure by `peg limit`"
        )
    return ""


def _by_the_book(scene: Scene, allowed: int) -> Verdict:
    write = scene.write
    if write.before > allowed:
        because = f" ({'; '.join(scene.why)})" if scene.why else ""
        return Verdict(
            Undoing.REFUSED,
            f"{write.before} stood there before, and the book allows {allowed} now{because}: what"
            " is sold, held or missing is not put back on sale. Where the pieces are there, say so:"
            f" `peg count {scene.sku} …`; `peg holds` and `peg limit` show what is kept back",
        )
    if write.before == allowed:
        return Verdict(Undoing.AS_THE_BOOK, f"shows {allowed} again, as the book allows")
    return Verdict(
        Undoing.PUT_BACK,
        f"shows {write.before} again, and no more although the book allows {allowed}:"
        f" `peg undo {write.id} --take-back` ends that",
    )
