"""More sold at the counter than there is: asked about where it may be a slip, else told of."""

from collections.abc import Sequence
from typing import ClassVar

import structlog

from peg.domain.counted import counted
from peg.domain.errors import ErrorKind, PegError
from peg.ledger.book import Position
from peg.ledger.reservations import Hold

log = structlog.get_logger()


class MoreThanThere(PegError):
    """A sale of several pieces, more than the book has: maybe a slip; nothing is posted."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(
        self, before: Position, pieces: int, *, missing: int, kept: Sequence[Hold]
    ) -> None:
        level = before.level
        held = "".join(
            f". {one.told} keeps {one.quantity}: `--hold {one.id}` sells to its buyer"
            for one in kept
        )
        super().__init__(
            f"{pieces} of {before.sku} would be sold, and the book has {level.on_hand},"
            f" {level.available} of them available: {counted(missing, 'piece')} would be missing, a"
            f" case opens and orders of it may have to be cancelled{held}. Nothing is done yet: add"
            f" `--yes` if they were handed over, or `peg count {before.sku} N` first if there are"
            " more"
        )


def refuse_slip(before: Position, after: Position, pieces: int, kept: Sequence[Hold]) -> None:
    """Ask before more are sold than lie there; what it stands on takes the posting back.

    One piece that was handed over is a fact, and never asked about, also if it is the last of them
    and was sold online; of a figure that is too high, somebody may have hit a key twice.

    Raises:
        MoreThanThere: they are.
    """
    if pieces > max(1, before.level.on_hand):
        log.info("sale.taken_back", sku=before.sku, pieces=pieces)  # and the case of it with it
        raise MoreThanThere(before, pieces, missing=after.oversold, kept=kept)


def what_is_missing(after: Position, kept: Sequence[Hold]) -> str:
    """More are promised than lie there: by what holds keep, and by what was never there."""
    promised = min(after.oversold, after.level.reserved)
    short = after.oversold - promised
    advice = f"; {_SHORT.format(short, 'was' if short == 1 else 'were')}" if short else ""
    return advice + (f"; {_promised(promised, kept)}" if promised else "")


_SHORT = (
    "in all {} more {} sold than the book had: `peg cases` shows which orders want them, and"
    " `peg count` puts the book right if there are more"
)


def _promised(pieces: int, kept: Sequence[Hold]) -> str:
    names = ", ".join(one.told for one in kept)
    which = str(kept[0].id) if len(kept) == 1 else "HOLD"
    if_so = f"if that was the buyer, `peg release {which}`"
    return f"a hold keeps {pieces} of those sold: {names}; {if_so}"
