"""A scope that is missing is named by what will not work."""

import pytest

from peg.domain.identity import Channel
from peg.marketplaces.port import MissingScope
from peg.shops.scopes import ASKED, NEEDED, check_scopes


@pytest.mark.parametrize("channel", [Channel.SHOPIFY, Channel.ETSY])
def test_what_is_asked_for_is_enough(channel: Channel) -> None:
    assert check_scopes(channel, ASKED[channel]) >= set(ASKED[channel])


def test_a_missing_scope_is_named_with_what_it_is_for() -> None:
    granted = set(ASKED[Channel.ETSY]) - {"transactions_r"}

    with pytest.raises(MissingScope, match="without transactions_r there is no taking in sales"):
        check_scopes(Channel.ETSY, granted)


@pytest.mark.parametrize("channel", [Channel.SHOPIFY, Channel.ETSY])
def test_of_several_that_are_missing_each_is_named_with_what_it_is_for(channel: Channel) -> None:
    with pytest.raises(MissingScope) as refusal:
        check_scopes(channel, [])

    for scope, use in NEEDED[channel].items():
        assert f"without {scope} there is no {use}" in str(refusal.value)


@pytest.mark.parametrize(
    ("channel", "advice"),
    [
        (Channel.SHOPIFY, "grant that in the app's settings.*release that version"),
        (Channel.ETSY, "by the browser, without `--refresh-token`, and allow everything"),
    ],
)
def test_a_missing_scope_is_named_with_how_its_marketplace_grants_it(
    channel: Channel, advice: str
) -> None:
    with pytest.raises(MissingScope, match=advice):
        check_scopes(channel, [])


def test_on_shopify_the_right_to_write_is_the_right_to_read() -> None:
    granted = {
        *ASKED[Channel.SHOPIFY],
        "write_products",
        "write_inventory",
        "write_orders",
    } - {"read_products", "read_inventory", "read_orders"}

    assert "read_inventory" in check_scopes(Channel.SHOPIFY, granted)
    with pytest.raises(MissingScope, match="taking sold pieces off sale"):
        check_scopes(Channel.SHOPIFY, (granted - {"write_inventory"}) | {"read_inventory"})
