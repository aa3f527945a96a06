"""Secrets go only where they belong."""

import pytest

from peg.shops.addresses import BadShopDomain, InsecureUrl, parse_shop_domain, secure


@pytest.mark.parametrize(
    "text",
    [
        "gems",
        "Gems",
        "gems.myshopify.com",
        "GEMS.MyShopify.com",
        "https://gems.myshopify.com",
        "https://gems.myshopify.com/",
        "HTTP://Gems.myshopify.com/",
        " gems.myshopify.com ",
    ],
)
def test_a_shop_may_be_named_short_or_whole_or_as_the_browser_shows_it(text: str) -> None:
    assert parse_shop_domain(text) == "gems.myshopify.com"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gems.myshopify.com\n",
        "gems.myshopify.com.evil.example",
        "evil.example/gems.myshopify.com",
        "evil.example?.myshopify.com",
        "-gems.myshopify.com",
        "https://",
        "https://evil.example/",
        "https://evil.example/gems.myshopify.com",
        "https://gems.myshopify.com.evil.example/",
        "https://gems.myshopify.com@evil.example/",
        "https://evil.example@gems.myshopify.com/",
        "https://gems.myshopify.com:8443/",
        "https://gems.myshopify.com//evil.example",
        "https://gems.myshopify.com/admin",
        "https://https://gems.myshopify.com",
        "ftp://gems.myshopify.com",
        "//gems.myshopify.com",
        "gems/",
        "gems.myshopify.com/\n",
        "ge ms.myshopify.com",
        "gem\N{KELVIN SIGN}s.myshopify.com",
        "gems.example",
        "gem\N{LATIN SMALL LETTER S WITH CARON}.myshopify.com",
    ],
)
def test_a_strangers_host_never_gets_a_token(text: str) -> None:
    with pytest.raises(BadShopDomain):
        parse_shop_domain(text)


@pytest.mark.parametrize(
    "url", ["https://api.etsy.com", "http://127.0.0.1:4002", "http://localhost:1", "http://[::1]:9"]
)
def test_https_and_this_very_machine_are_secure(url: str) -> None:
    assert secure(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://api.etsy.com",
        "http://127.0.0.1.evil.example",
        "http://10.0.0.1",
        "ftp://localhost",
        "localhost:4002",
        "https://",
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(InsecureUrl):
        secure(url)
