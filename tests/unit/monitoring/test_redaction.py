import ast
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from random import Random
from string import ascii_letters, ascii_lowercase, digits

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from peg.monitoring import redaction
from peg.monitoring.logs import configure_logs
from peg.monitoring.redaction import redact_text

SECRETS = [
    "shpat_1234567890abcdef1234567890abcdef",
    "12345678.AbCdEfGhIjKlMnOpQrStUvWxYz_0123456789",
    "whsec_c2VjcmV0c2VjcmV0c2VjcmV0",
    "aaaabbbbccccddddeeeeffff:sharedsecret1",
]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    configure_logs(log_format="json", stream=stream)
    yield stream
    structlog.reset_defaults()
    logging.getLogger().handlers, logging.getLogger().level = handlers, level


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_hidden_wherever_it_stands(secret: str, lines: io.StringIO) -> None:
    log = structlog.get_logger()

    log.info("call.sent", url=f"https://x/?a=1&access_token={secret}", nested={"list": [secret]})
    log.info("call.sent", sentence=f"refused: {secret}", body=secret.encode())
    logging.getLogger("library").warning("got %s", secret)
    log.error("call.failed", exc_info=ValueError(secret))

    assert len(lines.getvalue().splitlines()) == 4
    assert secret not in lines.getvalue()


def test_fields_with_a_secret_name_are_hidden_whatever_they_hold(lines: io.StringIO) -> None:
    structlog.get_logger().info(
        "token.refreshed",
        headers={"X-Shopify-Access-Token": "plain", "x-api-key": "k", "Authorization": "Basic x"},
        refresh_token="plain",
        buyer_email="ann@example.com",
    )

    for secret in ("plain", '"k"', "Basic x", "ann@"):
        assert secret not in lines.getvalue()


def test_a_line_keeps_its_facts_and_its_context(lines: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(shop="etsy:61234567", order="8001"):
        structlog.get_logger().info("stock.pushed", sku="RING-17", quantity=1, listed=False)

    line = json.loads(lines.getvalue())
    assert line["event"] == "stock.pushed"
    assert line["shop"] == "etsy:61234567"
    assert line["order"] == "8001"
    assert (line["sku"], line["quantity"], line["listed"]) == ("RING-17", 1, False)
    assert line["timestamp"].endswith("Z")


def test_ordinary_words_are_left_alone() -> None:
    plain = "PATCH /v3/application/shops/6/listings/7?state=inactive answered 200, code=THROTTLED"

    assert redact_text(plain) == plain


def test_an_address_with_credentials_loses_them() -> None:
    assert redact_text("postgresql+asyncpg://peg:pw@db/peg") == (
        "postgresql+asyncpg://[hidden]@db/peg"
    )


def test_what_peg_says_of_tokens_and_codes_is_never_cut() -> None:
    """Every text in PEG's own code that could become part of a sentence."""
    folder = Path(redaction.__file__).parents[1]
    said = {
        node.value
        for file in folder.rglob("*.py")
        if file.name != "redaction.py"
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if "`whsec_…`" not in node.value and "USER:PASSWORD@" not in node.value  # shows its form
    }

    assert len(said) > 1_000
    assert [text for text in said if redact_text(text) != text] == []


@pytest.mark.parametrize(
    "words",
    [
        "Etsy refuses even a fresh token: connect the shop again",
        "wrong password: try again. The secret: see the developer page",
        '{"errors": [{"extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}',
        "the invalid_token answer, state=withdrawn_by_hand",
    ],
)
def test_a_sentence_about_a_secret_keeps_its_words(words: str) -> None:
    assert redact_text(words) == words


def drawn(alphabet: str, length: int) -> st.SearchStrategy[str]:
    """So many characters, as a generator of secrets draws them."""
    return st.integers(0, 2**32).map(lambda seed: "".join(Random(seed).choices(alphabet, k=length)))


HEX, LOWER = "0123456789abcdef", ascii_lowercase + digits
URL_SAFE, BASE64 = ascii_letters + digits + "-_", ascii_letters + digits + "+/"
RECOGNISED = st.one_of(
    drawn(HEX, 32).map("shpat_{}".format),
    drawn(HEX, 32).map("shpss_{}".format),
    drawn(URL_SAFE, 90).map("61234567.{}".format),
    drawn(BASE64, 32).map("whsec_{}".format),
    st.tuples(drawn(LOWER, 24), drawn(LOWER, 10)).map(":".join),
)
"""Secrets that are known by their looks, wherever they stand."""

NAMED = st.one_of(
    RECOGNISED,
    drawn(LOWER, 24),  # Etsy's keystring
    drawn(LOWER, 10),  # and its shared secret
    drawn(BASE64, 44),  # a master key
    drawn(URL_SAFE, 43),  # a verifier, a state, an API token
    drawn(HEX, 32),  # Shopify's code and client secret
    drawn(HEX, 64),  # an HMAC
)
"""Secrets that only the name beside them gives away."""

BESIDE_A_NAME = (
    "https://x.test/y?{name}={secret}&shop=gems",
    "{name}={secret}",
    "{name} = '{secret}'",
    '{{"{name}": "{secret}", "shop": "gems"}}',
    "{{'{name}': b'{secret}'}}",
    "X-{name}: {secret}",
    "refused {name}: {secret}, connect again",
)
SECRET_NAMES = (
    *("access_token", "refresh_token", "token", "client_secret", "shared_secret", "hmac"),
    *("code_verifier", "password", "x-api-key", "Access-Token", "webhook_secret", "keystring"),
)


@given(RECOGNISED, st.text(max_size=20), st.text(max_size=20))
def test_no_secret_with_a_look_of_its_own_survives(secret: str, before: str, after: str) -> None:
    assert secret not in redact_text(f"{before} {secret} {after}")


@given(NAMED, st.sampled_from(BESIDE_A_NAME), st.sampled_from(SECRET_NAMES))
def test_no_secret_beside_its_name_survives(secret: str, text: str, name: str) -> None:
    assert secret not in redact_text(text.format(name=name, secret=secret))


@given(
    st.one_of(drawn(URL_SAFE, 43), drawn(HEX, 32)),
    st.sampled_from(BESIDE_A_NAME[:5]),
    st.sampled_from(["code", "state"]),
)
def test_what_a_consent_page_sends_back_does_not_survive(secret: str, text: str, name: str) -> None:
    assert secret not in redact_text(text.format(name=name, secret=secret))


@given(NAMED)
def test_no_secret_in_a_field_of_its_name_survives_however_deep(secret: str) -> None:
    line = {"event": "x", "answer": [{"body": {"refresh_token": secret, "token_expires_at": "9"}}]}

    hidden = redaction.redact_event(None, "info", line)

    assert secret not in str(hidden)
    assert hidden["answer"][0]["body"]["token_expires_at"] == "9"


@given(drawn(ascii_letters + digits + "+/", 24))
def test_no_name_and_password_of_a_server_survive(secret: str) -> None:
    assert secret not in redact_text(f"Authorization: Basic {secret}A1==")
    assert secret not in redact_text(f"Authorization: Bearer {secret}")
