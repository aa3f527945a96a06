"""One moment of the live page, made by hand: both shops, one ring, and sales in every state."""

from collections.abc import Sequence
from datetime import UTC, datetime

from peg.domain.identity import Channel, ShopId, Sku
from peg.reads.following import Elsewhere, Followed
from peg.reads.live import Live, LivePiece, LiveShop, Notice
from peg.reads.not_kept import Few
from peg.reads.sales import Pace, Sale

NOW = datetime(2026, 11, 23, 14, 3, tzinfo=UTC)
RING = Sku("RING-RUBY-150-14WG-000001")
LONG = "Vivid Red Ruby Ring, 14K White Gold, One of a Kind, July Birthstone, Handmade Jewelry Gift"


def shop(channel: Channel, *, paused: str | None = None, status: str = "connected") -> LiveShop:
    return LiveShop(
        id=ShopId(f"{channel}:1"),
        channel=channel,
        name="Stonefield Jewels",
        currency="USD",
        status=status,
        status_sentence="",
        scopes=[],
        connected_at=NOW,
        offers=61,
        pieces=503,
        behind=2,
        not_kept=0,
        paused=paused,
        orders_read_at=NOW,
    )


def sale(number: int, followed: Followed, *, cancelled: bool = False) -> Sale:
    seconds = 1.234 if followed is Followed.DONE else None
    followed_on = Elsewhere(channel=Channel.SHOPIFY, followed=followed, seconds=seconds)
    return Sale(
        shop=ShopId("etsy:1"),
        channel=Channel.ETSY,
        order=str(number),
        name=f"#{number}",
        created_at=NOW,
        cancelled=cancelled,
        known_at=NOW,
        pieces={RING: 1},
        unmapped={},
        elsewhere=[] if followed is Followed.ALONE else [followed_on],
        followed=followed,
        seconds=seconds,
        withdrawn={},
    )


def moment(
    *, name: str = LONG, available: int = 0, shops: Sequence[LiveShop] | None = None
) -> Live:
    return Live(
        at=NOW,
        shops=list(shops) if shops is not None else [shop(channel) for channel in Channel],
        items=61,
        available=547,
        behind=4,
        open_cases=1,
        open_questions=0,
        open_pairs=Few(count=0, names=[]),
        not_kept=Few(count=0, names=[]),
        pieces=[
            LivePiece(
                sku=RING,
                name=name,
                one_of_a_kind=True,
                available=available,
                shown={Channel.SHOPIFY: 0, Channel.ETSY: 0},
                in_step=True,
                asked=False,
            )
        ],
        sales=[
            sale(1, Followed.WAITING),
            sale(2, Followed.DONE),
            sale(3, Followed.ALONE),
            sale(4, Followed.DONE, cancelled=True),
            *(sale(number, Followed.DONE) for number in range(5, 25)),
        ],
        pace=Pace(sales=20, half_within_s=1.2, all_within_s=3.0),
        alerts=[Notice(at=NOW, name="oversold", sentence=f"{RING} was sold 1 more often " * 4)],
        more_alerts=0,
    )
