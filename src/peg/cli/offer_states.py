"""How an offer stands, in the last column of a list: the truth, and what happens next."""

from peg.reads.offers import OfferRow
from peg.reads.waits import OF_A_PERSON, WaitsFor, waits_for


def state_of(row: OfferRow, *, running: bool) -> str:
    """Why it shows what it shows; `running`: a `peg run` is at work, and drives it."""
    if row.gone:
        return "deleted there"
    if not row.connected:
        return "its shop is disconnected"
    if row.parked:
        return "left off sale"
    waits = waits_for(row)
    if waits is None:
        return "; ".join(row.why)
    if waits in OF_A_PERSON or running:
        return _told(waits, row)
    last = f" (last: {row.last_outcome})" if row.tries and row.last_outcome else ""
    return f"waits, since nobody runs PEG: `peg run`, or once `peg push`{last}"


_TOLD = {
    WaitsFor.SHOP: "waits, {stopped}",
    WaitsFor.REFUSED: "refused there ({outcome}): mend it, or take it off sale by hand",
    WaitsFor.ANSWER: "waits for your answer {question}: `peg questions`",
    WaitsFor.FEE: "sold out there, and a fee puts it back on sale: renew it there if you want it",
    WaitsFor.RETURN: "waits a moment: the shop may put a cancelled piece back, else PEG does",
    WaitsFor.PROOF: "waits for its proof: PEG reads all its shops afresh before it raises it",
    WaitsFor.SURE: "as it should be: PEG looks once more to be sure",
    WaitsFor.TURN: "on its way ({tried})",
}


def _told(waits: WaitsFor, row: OfferRow) -> str:
    return _TOLD[waits].format(
        stopped=row.stopped,
        outcome=row.last_outcome,
        question="about its shop" if row.question is None else f"to question {row.question}",
        tried=f"tried in vain: {row.last_outcome}" if row.tries else "next",
    )
