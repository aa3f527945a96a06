from pathlib import Path

import pytest
from tools.settings_page import PAGE, page

from peg.domain.loopback import is_loopback
from peg.settings.environment import BadSettings, load_settings, unknown_variables


def test_with_an_empty_environment_peg_speaks_to_the_real_marketplaces() -> None:
    settings = load_settings({})

    assert settings.shopify_url == "https://{shop}.myshopify.com"
    assert settings.etsy_url == "https://api.etsy.com"
    assert settings.consent_url == "https://www.etsy.com"
    assert not settings.rehearses


def test_the_book_lies_in_the_home_folder_unless_said_otherwise(tmp_path: Path) -> None:
    settings = load_settings({"PEG_HOME": str(tmp_path), "PEG_DATABASE_URL": ""})

    assert settings.database == f"sqlite+aiosqlite:///{tmp_path}/peg.db"
    assert settings.key_file == tmp_path / "master.key"


def test_tokens_never_travel_unencrypted_off_this_machine() -> None:
    with pytest.raises(BadSettings) as refusal:
        load_settings({"PEG_SHOPIFY_URL": "http://{shop}.example.com"})

    assert "PEG_SHOPIFY_URL" in str(refusal.value)
    assert "use https" in str(refusal.value)


def test_practice_marketplaces_on_this_machine_may_be_spoken_to_plainly() -> None:
    settings = load_settings(
        {
            "PEG_SHOPIFY_URL": "http://127.0.0.1:9001/{shop}",
            "PEG_ETSY_URL": "http://localhost:9002/",
        }
    )

    assert settings.rehearses
    assert settings.etsy_url == "http://localhost:9002"
    assert settings.consent_url == "http://localhost:9002"


def test_a_fast_clock_is_refused_beside_a_real_shop() -> None:
    with pytest.raises(BadSettings, match="PEG_CLOCK_SPEED is for rehearsals"):
        load_settings({"PEG_CLOCK_SPEED": "60"})


def test_every_wrong_variable_is_named_and_no_secret_repeated() -> None:
    wrong = {
        "PEG_PORT": "ninety",
        "PEG_POLL_ETSY_S": "-1",
        "PEG_MASTER_KEY": "the-crown-jewels",
    }

    with pytest.raises(BadSettings) as refusal:
        load_settings(wrong)

    assert "PEG_PORT" in str(refusal.value)
    assert "PEG_POLL_ETSY_S" in str(refusal.value)
    assert "the-crown-jewels" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("PEG_PORT", "abc", "a whole number, such as 8377"),
        ("PEG_PORT", "1.5", "a whole number, such as 8377"),
        ("PEG_PORT", "65536", "65535 or less, such as 8377"),
        ("PEG_MANY_OFFERS", "1", "2 or more, such as 20"),
        ("PEG_GLANCE_S", "soon", "a number, such as 30"),
        ("PEG_POLL_ETSY_S", "0", "more than 0, such as 120"),
        ("PEG_LOG_FORMAT", "xml", "'console' or 'json'"),
    ],
)
def test_what_cannot_be_is_refused_with_what_could(name: str, text: str, says: str) -> None:
    with pytest.raises(BadSettings) as refusal:
        load_settings({name: text})

    assert str(refusal.value).startswith(f"{name}: write {says}")


def test_a_misspelled_variable_is_noticed() -> None:
    (sentence,) = unknown_variables({"PEG_SHOPFY_URL": "x", "PEG_HOME": "/", "HOME": "/"})

    assert "'PEG_SHOPFY_URL' is no setting of PEG" in sentence
    assert "did you mean PEG_SHOPIFY_URL" in sentence


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.0.1", "::1", "[::1]", "localhost", "LOCALHOST."]
)
def test_this_machine_is_recognised(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["192.168.0.1", "10.0.0.1", "localhost.evil.com", "127.0.0.1.evil.com"]
)
def test_other_machines_are_not_mistaken_for_this_one(host: str) -> None:
    assert not is_loopback(host)


def test_the_settings_page_tells_what_the_code_reads() -> None:
    assert PAGE.read_text() == page(), "write it anew: python -m tools.settings_page"
