"""What Etsy charges and pays: the entries of the payment account."""

from dataclasses import dataclass
from datetime import datetime

LISTING_FEE_MINOR = 20
TRANSACTION_FEE_PER_MILLE = 65
PAYMENT_FEE_PER_MILLE = 30
PAYMENT_FEE_MINOR = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the account; `amount_minor` is negative when Etsy takes it."""

    id: int
    amount_minor: int
    balance_minor: int
    kind: str
    reference_type: str
    reference_id: str
    at: datetime


class Account:
    """The seller's account with Etsy, oldest entry first."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.entries: list[Entry] = []

    def post(
        self, amount_minor: int, kind: str, *, reference_type: str, reference_id: int, at: datetime
    ) -> None:
        """Add a line; its balance follows from the one before."""
        before = self.entries[-1].balance_minor if self.entries else 0
        self.entries.append(
            Entry(
                id=5_500_000_000 + len(self.entries),
                amount_minor=amount_minor,
                balance_minor=before + amount_minor,
                kind=kind,
                reference_type=reference_type,
                reference_id=str(reference_id),
                at=at,
            )
        )

    def count(self, kind: str) -> int:
        """How many lines of a kind there are."""
        return sum(1 for entry in self.entries if entry.kind == kind)


def payment_fee_minor(total_minor: int) -> int:
    """What handling a card payment costs: 3 % and 25 cents."""
    return (total_minor * PAYMENT_FEE_PER_MILLE + 500) // 1_000 + PAYMENT_FEE_MINOR


def transaction_fee_minor(total_minor: int) -> int:
    """Etsy's own share of a sale: 6.5 %."""
    return (total_minor * TRANSACTION_FEE_PER_MILLE + 500) // 1_000
