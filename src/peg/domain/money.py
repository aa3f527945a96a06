"""Money in whole minor units of one currency. Never a float."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from peg.domain.errors import BadMoney

MINOR_DIGITS = {"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "VND": 0, "BHD": 3, "KWD": 3, "TND": 3}
"""ISO 4217 exponents that differ from 2, of currencies the marketplaces settle in."""


def minor_digits(currency: str) -> int:
    """Decimal places of a currency: 2 unless ISO 4217 says otherwise."""
    return MINOR_DIGITS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """Minor units (cents) of one ISO 4217 currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise BadMoney(f"{self.currency!r} is no ISO 4217 currency code such as USD")

    @classmethod
    def parse(cls, amount: str, currency: str) -> "Money":
        """Read a decimal string such as Shopify's "180.00".

        Raises:
            BadMoney: not a number, or finer than the currency's smallest coin.
        """
        try:
            minor = Decimal(amount).scaleb(minor_digits(currency))
        except InvalidOperation as cause:
            raise BadMoney(f"{amount!r} is no amount: write it like 180.00") from cause
        if not minor.is_finite() or minor != minor.to_integral_value():
            raise BadMoney(f"{amount!r} {currency} is finer than the currency's smallest coin")
        return cls(int(minor), currency)

    def decimal(self) -> Decimal:
        """The amount in whole currency units, exact."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def __str__(self) -> str:
        return f"{self.decimal():.{minor_digits(self.currency)}f} {self.currency}"

    def split(self, parts: int) -> "tuple[Money, ...]":
        """Share out whole cents; earlier shares take the remainder."""
        share, rest = divmod(self.minor, parts)
        return tuple(Money(share + (i < rest), self.currency) for i in range(parts))
