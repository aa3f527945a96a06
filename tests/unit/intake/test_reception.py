"""The front desk says truly why it believes a delivery not."""

from pathlib import Path

import pytest
from tests.support.clocks import StandingClock

from peg.db.engine import open_database, sqlite_url
from peg.domain.identity import Channel
from peg.intake.reception import Reception, Unsigned


async def refusal(tmp_path: Path, channel: Channel) -> str:
    database = open_database(sqlite_url(tmp_path / "peg.db"))
    desk = Reception(database, StandingClock(), {})
    with pytest.raises(Unsigned) as refused:
        await desk.receive(channel, {"X-Shopify-Shop-Domain": "gems.myshopify.com"}, b"{}")
    await database.close()
    return str(refused.value.__cause__)


async def test_where_no_secret_of_etsys_webhooks_was_entered_that_is_the_reason(
    tmp_path: Path,
) -> None:
    told = await refusal(tmp_path, Channel.ETSY)

    assert "no secret of Etsy's webhooks" in told
    assert "`peg connect webhook-secret etsy`" in told


async def test_where_no_shop_of_shopify_is_connected_that_is_the_reason(tmp_path: Path) -> None:
    assert await refusal(tmp_path, Channel.SHOPIFY) == "no shop on shopify is connected"
