"""While nothing happens PEG only looks, and as often as it is set to."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.support.little_shop import open_little_shop

from peg.marketplaces.etsy.marketplace import STATES
from peg.marketplaces.etsy.rounds import REREADS_S
from peg.wiring.engine import SUBSCRIPTIONS_S

AN_HOUR_S = 3_600.0
EVERY_S = {
    "PEG_POLL_SHOPIFY_S": "30",
    "PEG_POLL_ETSY_S": "120",
    "PEG_GLANCE_S": "30",
    "PEG_RECONCILE_S": "900",
}
TOKEN_LASTS_S = 3_300.0
"""Etsy's last an hour, and are renewed five minutes before."""

ETSY = "/v3/application"


async def test_an_idle_hour_costs_nothing_but_looking(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, environment=EVERY_S, speed=360.0) as shop:
        clock = shop.rehearsal.ground.clock
        await clock.sleep(AN_HOUR_S / 2)  # the import comes to rest
        before = {market: len(one.heard) for market, one in shop.rehearsal.fair.overheard.items()}
        began_s = clock.monotonic()

        await clock.sleep(AN_HOUR_S)

        allowed = what_looking_costs(clock.monotonic() - began_s)
        for market, one in shop.rehearsal.fair.overheard.items():
            spent = Counter(map(operation, one.heard[before[market] :]))
            assert set(spent) == set(allowed[market])
            assert {what: n for what, n in spent.items() if n > allowed[market][what]} == {}


def what_looking_costs(seconds: float) -> Mapping[str, Mapping[str, float]]:
    """The most calls of each kind: one a round, where not said otherwise, and one at either end."""

    def rounds(every_s: float) -> float:
        return math.ceil(seconds / every_s) + 1

    polls, compared = (rounds(float(EVERY_S[f"PEG_{one}_S"])) for one in ("POLL_ETSY", "RECONCILE"))
    glances = rounds(float(EVERY_S["PEG_GLANCE_S"]))
    return {
        "shopify": {
            "OrdersUpdatedSince": rounds(float(EVERY_S["PEG_POLL_SHOPIFY_S"])),
            "VariantsPage": compared,
            "LocationsPage": compared,
            "WebhooksPage": rounds(SUBSCRIPTIONS_S),
        },
        "etsy": {
            # those that are not cancelled, those that are, and at times the recent ones anew
            f"GET {ETSY}/shops/receipts": 2 * polls + rounds(REREADS_S[0][0]),
            # a comparison reads every state
            f"GET {ETSY}/shops/listings": glances + len(STATES) * compared,
            "POST /v3/public/oauth/token": rounds(TOKEN_LASTS_S),
        },
    }


def operation(heard: str) -> str:
    """The kind of a call: a document's name, or a path without its numbers."""
    named = re.search(r"(?:query|mutation) (\w+)", heard)
    return named[1] if named else re.sub(r"/\d+", "", " ".join(heard.split(" ", 2)[:2]))
