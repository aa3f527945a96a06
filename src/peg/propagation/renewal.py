"""What Etsy puts back on sale only for a fee: a person decides whether it is worth that."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog.offers import Offer
from peg.ledger import questions

RENEWAL = "renewal"
"""The kind of the question."""

ASKED_AGAIN_AFTER_S = 3600.0
"""A listing that only a person can bring back is not tried again and again."""


async def ask_renewal(session: AsyncSession, offer: Offer, answer: str, *, now: datetime) -> None:
    """Ask about an offer that is in stock again; `answer` is why its shop would take the fee."""
    await questions.ask(
        session,
        kind=RENEWAL,
        subject=str(offer.id),
        sentence=(
            f"{offer.name!r} is in stock again, but Etsy has it as sold out: putting it back"
            " costs a fee, so PEG leaves it. Renew it on Etsy yourself if you want it back"
        ),
        evidence={"listing": offer.ref.listing, "answer": answer},
        options=("leave", "renewed"),
        default="leave",
        now=now,
    )
