"""What an offer waits for that does not show what it should: whose turn it is, and what is next."""

from enum import StrEnum

from peg.propagation import outcomes
from peg.reads.offers import OfferRow


class WaitsFor(StrEnum):
    """Whose turn it is."""

    ANSWER = "answer"  # a person's, to a question about it or about its shop
    FEE = "fee"  # a person's, who alone may spend it
    REFUSED = "refused"  # a person's, on the shop
    SHOP = "shop"  # nothing is written to its shop now
    RETURN = "return"  # its shop's, which may put back a cancelled piece by itself
    PROOF = "proof"  # PEG's, which reads all its shops afresh before it raises
    SURE = "sure"  # PEG's, which looks once more: it is believed to show its target
    TURN = "turn"  # PEG's, which writes it next


OF_A_PERSON = frozenset({WaitsFor.ANSWER, WaitsFor.FEE, WaitsFor.REFUSED, WaitsFor.SHOP})
"""Whatever runs, nothing comes of these by itself."""

_BY_OUTCOME = {
    outcomes.HELD: WaitsFor.ANSWER,
    outcomes.COSTS_A_FEE: WaitsFor.FEE,
    outcomes.MAY_RETURN: WaitsFor.RETURN,
    outcomes.UNPROVED: WaitsFor.PROOF,
    outcomes.MAY_BE_OLD: WaitsFor.SURE,
}


def waits_for(row: OfferRow) -> WaitsFor | None:
    """What it waits for; None where it shows its target, or has none."""
    if row.in_step is not False:
        return None
    if row.stopped is not None:
        return WaitsFor.SHOP
    if row.refused:
        return WaitsFor.REFUSED
    if row.question is not None:
        return WaitsFor.ANSWER
    if row.tries and row.last_outcome in _BY_OUTCOME:
        return _BY_OUTCOME[row.last_outcome]
    return WaitsFor.SURE if row.shown == row.target else WaitsFor.TURN
