import pytest

from peg.domain.errors import BadMoney
from peg.domain.money import Money


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "shown"),
    [
        ("180.00", "USD", 18_000, "180.00 USD"),
        ("180", "JPY", 180, "180 JPY"),
        ("1.234", "KWD", 1_234, "1.234 KWD"),
    ],
)
def test_a_price_is_whole_coins_of_its_currency(
    amount: str, currency: str, minor: int, shown: str
) -> None:
    price = Money.parse(amount, currency)

    assert (price.minor, str(price)) == (minor, shown)


@pytest.mark.parametrize(
    ("amount", "currency", "says"),
    [
        ("cheap", "USD", "is no amount"),
        ("1.005", "USD", "smallest coin"),
        ("0.5", "JPY", "smallest coin"),
        ("NaN", "USD", "smallest coin"),
        ("1.00", "usd", "no ISO 4217 currency"),
        ("1.00", "EURO", "no ISO 4217 currency"),
    ],
)
def test_what_can_be_no_price_is_refused(amount: str, currency: str, says: str) -> None:
    with pytest.raises(BadMoney, match=says):
        Money.parse(amount, currency)
