"""Why the book may differ from the shelf though PEG did all it could: each reason by its name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from peg.cli.demo.setting import QUICK
from peg.cli.demo.verdict.book import Book
from peg.cli.demo.verdict.record import Happened, Record

COVERED = timedelta(seconds=5)
"""So long a write may be on its way that was decided on what stood there before."""

UNSETTLED = timedelta(seconds=30)
"""More that shows so soon after an unconditional write of ours may be a sale that it covered."""

CLOSE = timedelta(seconds=QUICK.receipt_lag_s) + 2 * COVERED
"""Etsy tells of a sale so late, and a write takes so long from its reading to its check."""

CROSSED = timedelta(seconds=15)
"""A sale so soon after a hand edit may come before anybody could have heard of the edit."""

HEARD_ON_ETSY = 2 * CROSSED
"""Etsy tells nobody of a hand edit: PEG looks, less often while many buy, and may be shown once
what was there before."""

RAISED = timedelta(seconds=60)
"""A piece that came back is raised elsewhere by then, with its proof."""

BELIEVED = CROSSED + CLOSE
"""What a hand added on Etsy is seen by then, seen again, and believed."""

SAME_MOMENT = timedelta(milliseconds=50)
"""An edit, and the figure that it leaves, stand in the record one after the other."""

ANY = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """How many more (or fewer, below 0) than the shelf the book may have, and why."""

    reason: str
    least: int
    most: int


def excuses(record: Record, book: Book, piece: str) -> Sequence[Excuse]:
    """All that excuses a difference of one piece."""
    mine = [one for one in record.happened if piece in one.pieces]
    return [
        *_first_figure(record, book, piece),
        *_refunds(record, mine, piece),
        *_unheard_edits(record, book, mine, piece),
        *_returns_in_edits(record, mine, piece),
        *_question(book, piece),
    ]


def fits(difference: int, found: Iterable[Excuse]) -> bool:
    """Whether the excuses together cover what the book has more, or fewer."""
    reasons = tuple(found)
    least = sum(one.least for one in reasons)
    return least <= difference <= sum(one.most for one in reasons)


def more_than_there_is(record: Record, book: Book, piece: str) -> int:
    """How many more than lie on the shelf PEG may believe in, for a reason."""
    return max(0, sum(one.most for one in excuses(record, book, piece)))


def fewer_than_there_are(record: Record, book: Book, piece: str) -> str:
    """Why PEG may believe in fewer than lie on the shelf; "" if it has no reason."""
    return " and ".join(one.reason for one in excuses(record, book, piece) if one.least < 0)


def _first_figure(record: Record, book: Book, piece: str) -> Sequence[Excuse]:
    """A shop began with a figure that was typed wrong; nothing tells PEG so."""
    if piece in book.labelled:
        return []
    if piece not in record.shown_first:
        return [Excuse(reason="no shop counts it", least=-ANY, most=ANY)]
    off = record.shown_first[piece] - record.at_first[piece]
    reason = f"the shops began with {record.shown_first[piece]}, {record.at_first[piece]} lay there"
    return [Excuse(reason=reason, least=off, most=off)] if off else []


def _refunds(record: Record, mine: Sequence[Happened], piece: str) -> Sequence[Excuse]:
    """Etsy has no word for a piece that comes back with a refund: it stays sold until counted."""
    back = sum(
        one.quantity * one.pieces[piece]
        for one in mine
        if one.what == "returned"
        and one.market == "etsy"
        and one.restocked
        and one.order not in record.cancelled
    )
    reason = "Etsy does not tell that a refunded piece came back"
    return [Excuse(reason=reason, least=-back, most=0)] if back else []


def _unheard_edits(
    record: Record, book: Book, mine: Sequence[Happened], piece: str
) -> Sequence[Excuse]:
    """Hand edits that say nothing which could be told apart from a sale, or from our own write."""
    found = []
    for edit in mine:
        why = _why_unheard(record, edit, mine) if edit.what == "edited" else ""
        if not why and edit.what == "edited" and _is_as_sent(book, edit, mine):
            why = "to the very figure of a write that got no answer"
        if why:
            unheard = -edit.delta * edit.pieces[piece]
            reason = f"edited by hand on {edit.market} {why}"
            found.append(Excuse(reason=reason, least=min(0, unheard), most=max(0, unheard)))
    return found


def _returns_in_edits(record: Record, mine: Sequence[Happened], piece: str) -> Sequence[Excuse]:
    """Cancelled pieces of Etsy's, which tells no time of it, may be those that a hand had added."""
    back = sum(
        one.quantity * one.pieces[piece]
        for one in mine
        if one.what == "returned"
        and one.order in record.cancelled
        and any(_may_bring(edit, one) for edit in mine)
    )
    reason = "a cancelled piece came back on etsy before one added by hand was believed"
    return [Excuse(reason=reason, least=-back, most=0)] if back else []


def _may_bring(edit: Happened, back: Happened) -> bool:
    same = edit.what == "edited" and edit.delta > 0 and edit.market == back.market == "etsy"
    return same and edit.at + CROSSED < back.at <= edit.at + BELIEVED


def _why_unheard(record: Record, edit: Happened, mine: Sequence[Happened]) -> str:
    if any(_crosses(edit, other) for other in mine):
        return "in the seconds of a sale"
    if any(covers(other, edit) for other in record.happened):
        return "while a write was on its way, and Etsy's take no condition"
    if edit.delta > 0 and any(_is_awaited(edit, back, mine) for back in mine):
        return "where a piece that came back was about to be raised: they may be the same"
    if edit.delta > 0 and any(_is_met(edit, write, mine) for write in record.happened):
        return "and covered by a write: what was typed next there may be the same pieces"
    writes = [other for other in record.happened if _unsettles(other, edit)]
    if edit.delta > 0 and any(_may_cover(write, sale) for write in writes for sale in mine):
        return "soon after a write, where more may be a sale that the write covered"
    return ""


def _is_as_sent(book: Book, edit: Happened, mine: Sequence[Happened]) -> bool:
    """Whether a hand typed what a write of ours was to show of which nobody knew what became."""
    offer = book.units.get(edit.key)
    figures = {
        one.buyable
        for one in mine
        if one.key == edit.key and one.by == "person" and abs(one.at - edit.at) <= SAME_MOMENT
    }
    return any(
        one.unanswered and one.begun_at <= edit.at <= one.begun_at + UNSETTLED
        for one in book.attempts
        if offer is not None and one.quantities.get(offer, -1) in figures
    )


def _crosses(edit: Happened, other: Happened) -> bool:
    is_late = edit.market == "etsy" and other.what != "returned"
    heard = HEARD_ON_ETSY if is_late else CROSSED
    tells = other.what in {"sold", "returned", "in_person"}
    return tells and edit.at - CROSSED <= other.at <= edit.at + heard


def _is_awaited(edit: Happened, back: Happened, mine: Sequence[Happened]) -> bool:
    """Whether a piece had come back elsewhere, and no write had raised the unit for it yet."""
    came = back.what == "returned" and back.restocked and back.key != edit.key
    raised = any(one.raised and one.key == edit.key for one in mine if back.at <= one.at <= edit.at)
    return came and back.at <= edit.at <= back.at + RAISED and not raised


def covers(write: Happened, edit: Happened) -> bool:
    """Whether a write put back what a hand had just changed on Etsy."""
    same = write.by_app and write.market == "etsy" and (write.market, write.unit) == edit.key
    return same and edit.at <= write.at <= edit.at + COVERED


def _is_met(edit: Happened, write: Happened, mine: Sequence[Happened]) -> bool:
    """Whether a write lowered what a hand had added, and a hand then added more.

    PEG asks about the first, and takes the next for what it had asked about: whoever looks at the
    listing sees the lower figure, and types how many there are in all.
    """
    lowers = write.by_app and write.key == edit.key and write.buyable < write.before
    return lowers and any(
        next_.what == "edited" and next_.key == edit.key and next_.delta > 0
        for next_ in mine
        if edit.at <= write.at < next_.at
    )


def _unsettles(write: Happened, edit: Happened) -> bool:
    """Whether it replaced the same listing of Etsy's shortly before."""
    same = write.by_app and write.market == edit.market == "etsy" and write.listing == edit.listing
    return same and edit.at - UNSETTLED <= write.at <= edit.at


def _may_cover(write: Happened, sale: Happened) -> bool:
    """Whether it was sold there so close to the write that nobody can say which came first."""
    on_etsy = sale.what == "sold" and sale.market == "etsy"
    return on_etsy and write.at - CLOSE <= sale.at <= write.at + CLOSE


def _question(book: Book, piece: str) -> Sequence[Excuse]:
    """While a person is asked the lower figure holds."""
    sku = book.sku(piece)
    about = {str(one.id) for one in book.offers.values() if sku in one.needs} | {sku}
    reason = "a person is asked, and the lower figure holds meanwhile"
    return [Excuse(reason=reason, least=-ANY, most=0)] if about & book.asked else []
