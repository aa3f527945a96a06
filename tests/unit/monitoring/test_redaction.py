import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

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
