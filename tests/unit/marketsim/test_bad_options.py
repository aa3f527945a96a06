"""What `marketsim serve` cannot do as asked is refused in a sentence, before anything starts."""

import pytest

from marketsim.build import FAULTS
from marketsim.cli import BAD_WORDS, run
from marketsim.faults import UnknownFault
from marketsim.rates import NEAR_MAX, parse_rates

NUMBERS = {
    "shopify-port": ("-1", "65536", "99999", "abc", "1.5", "", "1e3"),
    "etsy-port": ("-1", "65536", "abc"),
    "seed": ("abc", "1.5"),
    "pieces": ("0", "-5", "1.5", "50001", "many"),
    "clock-speed": ("-1", "nan", "inf", "1e300", "fast"),
    "latency-ms": ("-5", "nan", "inf", "1e12", "long"),
    "orders": ("0", "-1", "2.5", "9" * 30, "all"),
    "pace": ("0", "-1", "nan", "inf", "1e300", "quick"),
}
ADDRESSES = ("foo", "", "http://", "ftp://app.test", "http://app.test:99999", "127.0.0.1:8377")
RATES = ("foo=1", "=1", "etsy.webhook_lost", "etsy.webhook_lost=", "etsy.webhook_lost=often")
OUTSIDE = ("etsy.webhook_lost=2", "etsy.webhook_lost=-0.1", "etsy.webhook_lost=nan")


def refused(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What is said of such a value; with exit code 2, and nothing else was printed."""
    assert run(["serve", f"--{option}={value}"]) == BAD_WORDS
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1, said.err
    return said.err


@pytest.mark.parametrize(("option", "value"), [(o, v) for o, vs in NUMBERS.items() for v in vs])
def test_a_number_that_cannot_be_is_refused_and_its_option_named(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(option, value, capsys)

    assert f"--{option}" in said
    assert "marketsim --help" in said


@pytest.mark.parametrize("address", ADDRESSES)
def test_webhooks_go_to_an_address_of_the_web_or_nothing_starts(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused("webhooks-to", address, capsys)

    assert "such as http://127.0.0.1:8377" in said
    assert "{" not in said  # no answer meant for a program


@pytest.mark.parametrize("rates", [*RATES, *OUTSIDE])
def test_a_rate_that_cannot_be_read_is_refused_in_one_short_sentence(
    rates: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused("faults", rates, capsys)

    assert rates.partition("=")[0] in said
    assert sum(name in said for name in FAULTS) <= NEAR_MAX


def test_two_shops_on_one_port_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    both = ["--shopify-port=18611", "--etsy-port=18611"]

    assert run(["serve", *both]) == BAD_WORDS
    assert "--etsy-port" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["serve", "--haste"], ["serv"]])
def test_a_word_that_nobody_knows_is_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == BAD_WORDS
    said = capsys.readouterr().err
    assert words[-1] in said
    assert "marketsim --help" in said


def test_rates_are_read_by_name_and_by_pattern() -> None:
    rates = parse_rates("*.webhook_lost=0.2, etsy.webhook_doubled = 1")

    assert rates == {
        "shopify.webhook_lost": 0.2,
        "etsy.webhook_lost": 0.2,
        "etsy.webhook_doubled": 1.0,
    }


def test_chance_stands_for_all_that_strikes_at_times_and_later_words_count() -> None:
    rates = parse_rates("chance=0,etsy.webhook_lost=1")

    assert rates.keys() == {name for name, fault in FAULTS.items() if fault.by_chance}
    assert {name for name, rate in rates.items() if rate} == {"etsy.webhook_lost"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("etsy.webhook_lots", "etsy.webhook_lost"),
        ("webhook_lost", "shopify.webhook_lost"),
        ("routing", "shopify.routing_lags"),
    ],
)
def test_what_may_have_been_meant_is_named(typed: str, meant: str) -> None:
    with pytest.raises(UnknownFault, match=r"did you mean .*lists them") as refusal:
        parse_rates(f"{typed}=0.2")

    assert meant in str(refusal.value)


def test_where_nothing_is_like_it_the_list_is_pointed_at_and_not_printed() -> None:
    with pytest.raises(UnknownFault, match="nope: no such fault; `marketsim faults` lists them"):
        parse_rates("nope=1")
