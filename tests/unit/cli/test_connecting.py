"""`peg connect` refuses what cannot be before anything is used up or stored."""

import base64
from pathlib import Path

import pytest
from tests.support.command_line import peg
from tests.support.given import practice_shops, two_practice_shops

from marketsim.etsy.credentials import KEYSTRING
from marketsim.shopify.credentials import CLIENT_ID

WITHOUT_A_BROWSER = {
    "shopify": ["--shop=gems", "--client-id=id"],
    "etsy": ["--keystring=key", "--refresh-token=token"],
}
NO_SECRET = "whsec_a"
"""Base64 that stands for no byte: nothing could be signed with it."""

SECRET = "whsec_" + base64.b64encode(b"a practice secret").decode()


def test_without_a_browser_the_keys_are_all_that_is_needed(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        found = {one["channel"]: one for one in peg(tmp_path, "shops", "--json").facts}
        imported = peg(tmp_path, "import", "--json", **environment)

    assert {name: one["status"] for name, one in found.items()} == {
        "shopify": "connected",
        "etsy": "connected",
    }
    assert imported.code == 0  # so the tokens are good


@pytest.mark.parametrize("market", WITHOUT_A_BROWSER)
def test_a_secret_that_nobody_can_be_asked_for_is_named_and_nothing_is_sent(
    tmp_path: Path, market: str
) -> None:
    ran = peg(
        tmp_path,
        *("connect", market, *WITHOUT_A_BROWSER[market], "--json"),
        PEG_SHOPIFY_URL="http://127.0.0.1:9",
        PEG_ETSY_URL="http://127.0.0.1:9",
    )

    assert (ran.code, ran.refusal["error"]) == (2, "SecretMissing")


@pytest.mark.parametrize(
    ("market", "words", "error"),
    [
        ("shopify", ["--shop=stonefield-jewels", "--client-secret=wrong"], "AccessRevoked"),
        ("shopify", ["--shop=evil.example", "--client-secret=s"], "BadShopDomain"),
        ("etsy", ["--shared-secret=s", "--refresh-token=no-such-token"], "AccessRevoked"),
    ],
)
def test_keys_that_are_wrong_are_named_and_nothing_is_connected(
    tmp_path: Path, market: str, words: list[str], error: str
) -> None:
    name = {"shopify": f"--client-id={CLIENT_ID}", "etsy": f"--keystring={KEYSTRING}"}[market]
    with practice_shops() as environment:
        ran = peg(tmp_path, "connect", market, name, *words, "--json", **environment)

    assert (ran.code, ran.refusal["error"]) == (2, error)
    assert peg(tmp_path, "shops", "--json").facts == []


def test_a_refresh_token_that_etsy_does_not_take_is_told_as_the_one_that_was_given(
    tmp_path: Path,
) -> None:
    with practice_shops() as environment:
        ran = peg(
            tmp_path,
            *("connect", "etsy", f"--keystring={KEYSTRING}", "--shared-secret=s"),
            *("--refresh-token=no-such-token", "--json"),
            **environment,
        )

    sentence = ran.refusal["sentence"]
    assert "refresh token that was given" in sentence
    assert "our token" not in sentence
    assert "leave it out" in sentence  # what to do
    assert "no-such-token" not in sentence


def test_a_webhook_secret_that_cannot_sign_is_refused_and_peg_goes_on(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        etsy = id_of(tmp_path, "etsy")
        ran = peg(tmp_path, "connect", "webhook-secret", etsy, NO_SECRET, "--json")
        doctor = peg(tmp_path, "doctor", "--json", **environment)

    assert (ran.code, ran.refusal["error"]) == (2, "BadSignature")
    assert doctor.code == 0
    found = {one["what"]: one["state"] for one in doctor.facts}
    assert found[etsy] == "well"


def id_of(home: Path, channel: str) -> str:
    known = {one["channel"]: one["id"] for one in peg(home, "shops", "--json").facts}
    return str(known[channel])


def test_a_webhook_secret_is_for_the_only_shop_on_etsy_unless_it_is_named(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path):
        ran = peg(tmp_path, "connect", "webhook-secret", "etsy", SECRET, "--json")

        assert (ran.code, ran.facts) == (0, {"shop": id_of(tmp_path, "etsy")})


def test_shopify_takes_no_webhook_secret_since_it_signs_with_the_apps_own(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path):
        for name in ("shopify", id_of(tmp_path, "shopify")):
            ran = peg(tmp_path, "connect", "webhook-secret", name, SECRET, "--json")

            assert (ran.code, ran.refusal["error"]) == (2, "NoSecretOfItsOwn")
            assert "peg connect shopify" in ran.refusal["sentence"]


def test_it_is_refused_before_a_refresh_token_is_used_up_for_it(tmp_path: Path) -> None:
    ran = peg(
        tmp_path,
        *("connect", "etsy", "--keystring=k", "--shared-secret=s", "--refresh-token=r"),
        f"--webhook-secret={NO_SECRET}",
        "--json",
        PEG_ETSY_URL="http://127.0.0.1:9",  # nobody is there to be asked
    )

    assert (ran.code, ran.refusal["error"]) == (2, "BadSignature")


def test_a_right_that_no_page_can_ask_for_is_refused_with_what_to_do_instead(
    tmp_path: Path,
) -> None:
    ran = peg(
        tmp_path, "connect", "shopify", "--shop=gems", "--client-id=id", "--may-cancel", "--json"
    )

    assert (ran.code, ran.refusal["error"]) == (2, "NoConsentPage")
    assert "or add `--browser`" in ran.refusal["sentence"]
