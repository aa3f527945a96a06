"""What a fresh reading means, given what we expected: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from peg.domain.identity import OfferId


class Meaning(Enum):
    """Why a figure on a marketplace is what it is."""

    ECHO = "echo"  # what we expected: our own write, or a sale we know of
    WRITTEN = "written"  # a write of ours that got no answer was applied after all
    SOLD = "sold"  # fewer, by an order that was believed to be inside the first figures
    CAME_BACK = "came_back"  # pieces missed or cancelled before are back, as they may
    MISSING = "missing"  # fewer than expected: a sale we have not seen yet, or a person
    RESERVED = "reserved"  # fewer, since a checkout or draft order keeps some for now
    EXTRA = "extra"  # more than expected: never believed on one reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What we believe one place of an offer shows.

    Attributes:
        expected: the figure that everything known explains.
        reserved: Shopify's own `reserved` at the last reading; None where there is none.
        may_rise: pieces the marketplace may put back by itself after a cancellation.
        suspended: pieces missed here before whose order has not been seen.
        unanswered: the figure of a write that got no answer, if one is open.
        sold_since: pieces sold since that write was sent: they came off before it, or after.
        unconditional: it went over whatever stood there, so some may have come off before it, and
            others after.
    """

    expected: int
    reserved: int | None = None
    may_rise: int = 0
    suspended: int = 0
    unanswered: int | None = None
    sold_since: int = 0
    unconditional: bool = False

    @property
    def written(self) -> Sequence[int]:
        """The figures that the write without an answer would have left."""
        if self.unanswered is None:
            return ()
        last = self.unanswered - self.sold_since
        return range(last, self.unanswered + 1) if self.unconditional else (self.unanswered, last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The meaning, and how many pieces it concerns."""

    meaning: Meaning
    pieces: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """One offer's reading, judged place by place; it began to be read at `begun_at`.

    `tells_from`: a reading says nothing before then, unless the figure changes.
    """

    offer: OfferId
    begun_at: datetime
    explained: bool
    outdated: bool
    judgements: Mapping[str, Judgement]
    tells_from: datetime | None = None


def judge(available: int, known: Known, *, reserved: int | None = None) -> Judgement:
    """Explain one figure.

    A figure below what we expected is measured from the nearest figure that would be our own, so
    that no more pieces are missed than can be.

    A sale in person on Shopify lowers `on_hand` and leaves `committed` alone, exactly as a
    person's edit does: so no decrease is an edit before its order had time to arrive.

    >>> judge(0, Known(expected=1))
    Judgement(meaning=<Meaning.MISSING: 'missing'>, pieces=1)
    >>> judge(2, Known(expected=5, unanswered=2))
    Judgement(meaning=<Meaning.WRITTEN: 'written'>, pieces=0)
    """
    if available == known.expected:
        return Judgement(meaning=Meaning.ECHO)
    if available in known.written:
        return Judgement(meaning=Meaning.WRITTEN)
    ours = [known.expected, *known.written]
    above = [figure for figure in ours if figure > available]
    if not above:
        return _more(available - max(ours), known)
    missing = min(above) - available
    if _rose(reserved, known.reserved) >= missing:
        return Judgement(meaning=Meaning.RESERVED, pieces=missing)
    return Judgement(meaning=Meaning.MISSING, pieces=missing)


def _more(difference: int, known: Known) -> Judgement:
    explained = known.may_rise + known.suspended
    meaning = Meaning.CAME_BACK if difference <= explained else Meaning.EXTRA
    return Judgement(meaning=meaning, pieces=difference)


def _rose(now: int | None, before: int | None) -> int:
    return 0 if now is None or before is None else now - before
