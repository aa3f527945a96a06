"""What a push came to, as the log tells it: from what to what, on which ground, at which try."""

from enum import StrEnum

import structlog

from peg.domain.identity import OfferId, ShopId
from peg.marketplaces.port import Result, Write
from peg.propagation.board import Standing

log = structlog.get_logger()


class DecidedOn(StrEnum):
    """How the figure is known that the write was decided upon."""

    COMPARED = "compared"  # the shop itself compared it, and writes nothing where it differs
    READ = "read"  # read from the shop just before
    EXPECTED = "expected"  # what PEG expects the shop to show: to withdraw needs no reading


def tell_pushed(
    result: Result,
    *,
    offer: OfferId,
    shop: ShopId,
    standing: Standing | None,
    write: Write | None,
    basis: DecidedOn,
    attempt: str,
) -> None:
    """One line of the log; `write` is None where the push ended before anything was decided."""
    log.info(
        "stock.pushed",
        offer=offer,
        shop=shop,
        place=result.place,
        before=write.basis if write else None,
        after=write.quantity if write else None,
        basis=basis.value if write else None,
        why=list(standing.target.why) if standing else [],
        version=standing.target.version if standing else None,
        attempt=attempt,
        tries=standing.attempts + 1 if standing else 1,
        outcome=result.shown.value,
        sentence=result.sentence,
    )
