"""The points at which PEG is killed, each with what happens in a shop so that PEG comes there.

A point is a function of PEG and a moment: a write of a transaction that it has a part in, that
transaction's commit, or a request that goes out on its behalf. PEG knows nothing of this table: a
name that it does not have any more is refused, and a point that PEG does not come to any more
fails by its name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum


class Moment(Enum):
    """When in the function."""

    WRITING = "after a write, before its commit"
    COMMITTING = "before the commit"
    COMMITTED = "after the commit"
    ASKING = "before the request"
    ANSWERED = "after the answer"


class Act(Enum):
    """What happens outside, so that PEG comes to the point."""

    ONE_SOLD_ON_SHOPIFY = "a single piece is sold on Shopify"
    SOME_SOLD_ON_SHOPIFY = "one of several pieces is sold on Shopify"
    ONE_SOLD_ON_ETSY = "a single piece is sold on Etsy"
    CANCELLED_ON_SHOPIFY = "an order of Shopify's is cancelled, and its piece is back"
    TYPED_ON_SHOPIFY = "somebody takes a piece off in Shopify's admin"
    NOTHING = "nothing"
    SHOPIFYS_TOKEN_ENDS = "Shopify's token is about to end as PEG starts"
    ETSYS_TOKEN_ENDS = "Etsy's token is about to end as PEG starts"
    STARTS = "PEG starts"
    GIVES_UP_AN_ORDER = "a person has an order cancelled, and its piece is another's"
    GIVES_UP_A_PART = "a person has a piece taken out of an order, and the rest is sent"

    @property
    def is_before_the_start(self) -> bool:
        """Whether it happens while PEG does not run, and PEG is killed as it starts."""
        return self in {*TOKEN_ENDS, Act.STARTS}


TOKEN_ENDS = frozenset({Act.SHOPIFYS_TOKEN_ENDS, Act.ETSYS_TOKEN_ENDS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where PEG kills itself.

    Attributes:
        where: `module:function`, as Python names them.
        nth: the how manieth time that PEG comes there after the act.
    """

    area: str
    where: str
    moment: Moment
    act: Act
    nth: int = 1

    def __str__(self) -> str:
        again = f", time {self.nth}" if self.nth > 1 else ""
        return f"{self.area}: {self.where} {self.moment.value}{again}; {self.act.value}"


KEPT = "peg.intake.inbox:record_once"
POLLED = "peg.intake.polling:Polls"
TOLD = "peg.intake.told_orders:ToldOrders"
FIGURES = "peg.propagation.figures:FigurePusher"
LISTINGS = "peg.propagation.listings:ListingPusher"
WRITE = "peg.propagation.listing_write:ListingWrite"
INVENTORY = "peg.marketplaces.etsy.inventory:InventoryWriter"
TOKENS = "peg.shops.tokens:TokenSource"
LOOKOUT = "peg.intake.looking:Lookout"
COMPARED = "peg.reconciliation.run:Reconciler"
CANCELS = "peg.propagation.cancelling:Canceller"
TAKES_OUT = "peg.propagation.taking_out:PartTaker"

BEFORE, AMID, AFTER = Moment.COMMITTING, Moment.WRITING, Moment.COMMITTED
ASKS, HEARS = Moment.ASKING, Moment.ANSWERED

Row = tuple[str, Act, Sequence[Moment | tuple[Moment, int]]]

TABLE: dict[str, Sequence[Row]] = {
    "intake": (
        (KEPT, Act.ONE_SOLD_ON_SHOPIFY, (AMID, (AMID, 2), (AMID, 3), BEFORE, AFTER)),
        (KEPT, Act.ONE_SOLD_ON_ETSY, (BEFORE, AFTER)),
        (f"{POLLED}._pages", Act.ONE_SOLD_ON_ETSY, (ASKS, HEARS)),
        (f"{POLLED}._take_in_page", Act.ONE_SOLD_ON_ETSY, (AMID, BEFORE, AFTER)),
    ),
    "accept": (
        (f"{TOLD}._take_in_as_told", Act.ONE_SOLD_ON_SHOPIFY, (AMID, (AMID, 4), BEFORE, AFTER)),
        ("peg.ledger.book:post", Act.SOME_SOLD_ON_SHOPIFY, (AMID, BEFORE, AFTER)),
        (f"{TOLD}._fetch", Act.ONE_SOLD_ON_ETSY, (ASKS, HEARS)),
        (f"{TOLD}._take_in", Act.ONE_SOLD_ON_ETSY, (BEFORE, AFTER)),
        ("peg.propagation.retarget:retarget", Act.SOME_SOLD_ON_SHOPIFY, (AMID, BEFORE, AFTER)),
        ("peg.bus.local:LocalBus._record", Act.SOME_SOLD_ON_SHOPIFY, (BEFORE, AFTER)),
    ),
    "push": (
        (f"{FIGURES}._send_batch", Act.ONE_SOLD_ON_ETSY, (BEFORE, AFTER)),
        (f"{FIGURES}._answers", Act.ONE_SOLD_ON_ETSY, (ASKS, HEARS)),
        (f"{FIGURES}._record", Act.ONE_SOLD_ON_ETSY, (AMID, BEFORE, AFTER)),
        (f"{LISTINGS}._plan", Act.ONE_SOLD_ON_SHOPIFY, (BEFORE, AFTER)),
        (f"{INVENTORY}.withdraw", Act.ONE_SOLD_ON_SHOPIFY, (ASKS, HEARS)),
        (f"{INVENTORY}._replace", Act.SOME_SOLD_ON_SHOPIFY, (ASKS, HEARS)),
        (f"{WRITE}._decided", Act.SOME_SOLD_ON_SHOPIFY, (BEFORE, AFTER)),
        (f"{WRITE}._recorded", Act.SOME_SOLD_ON_SHOPIFY, (AMID, BEFORE, AFTER)),
        (f"{LISTINGS}.raise_", Act.CANCELLED_ON_SHOPIFY, (ASKS, HEARS)),
        (f"{INVENTORY}.restore", Act.CANCELLED_ON_SHOPIFY, (ASKS, (HEARS, 2))),
    ),
    "tokens": (
        (f"{TOKENS}._look", Act.ETSYS_TOKEN_ENDS, (BEFORE, AFTER)),
        ("peg.marketplaces.etsy.oauth:refresh", Act.ETSYS_TOKEN_ENDS, (ASKS, HEARS)),
        (f"{TOKENS}._keep", Act.ETSYS_TOKEN_ENDS, (AMID, BEFORE, AFTER)),
        ("peg.marketplaces.shopify.oauth:refresh", Act.SHOPIFYS_TOKEN_ENDS, (ASKS, HEARS)),
        (f"{TOKENS}._keep", Act.SHOPIFYS_TOKEN_ENDS, (BEFORE, AFTER)),
    ),
    "reconcile": (
        (f"{COMPARED}.reconcile", Act.TYPED_ON_SHOPIFY, (ASKS, HEARS, AFTER)),
        (f"{COMPARED}._take_in", Act.TYPED_ON_SHOPIFY, (BEFORE, AFTER)),
        ("peg.reconciliation.report:end_run", Act.NOTHING, (BEFORE, AFTER)),
        (f"{LOOKOUT}.look", Act.TYPED_ON_SHOPIFY, (ASKS, HEARS, BEFORE, AFTER)),
        (f"{LOOKOUT}.glance", Act.NOTHING, (ASKS, HEARS)),
        (f"{FIGURES}._answers", Act.ONE_SOLD_ON_ETSY, (HEARS,)),
        ("peg.workers.embedded:Embedded.prepare", Act.STARTS, (BEFORE, AFTER)),
    ),
}
"""By the part of PEG's work; one of each part's chain leaves to the next what it has broken off."""


DECISIONS: Sequence[Row] = (
    ("peg.propagation.resolving:decide", Act.GIVES_UP_AN_ORDER, (BEFORE, AFTER)),
    (f"{CANCELS}._ask_for_all", Act.GIVES_UP_AN_ORDER, (BEFORE, AFTER, ASKS, HEARS)),
    (f"{CANCELS}._unless_done", Act.GIVES_UP_AN_ORDER, ((HEARS, 2),)),
    ("peg.ledger.given_back:follow", Act.GIVES_UP_AN_ORDER, (AMID, BEFORE, AFTER)),
    (f"{CANCELS}._book_cost", Act.GIVES_UP_AN_ORDER, (ASKS, HEARS, BEFORE, AFTER)),
    ("peg.propagation.resolving:decide", Act.GIVES_UP_A_PART, (AFTER,)),
    (f"{TAKES_OUT}.ask", Act.GIVES_UP_A_PART, (BEFORE, AFTER, (ASKS, 2), (HEARS, 2))),
    (f"{CANCELS}._unless_done", Act.GIVES_UP_A_PART, ((HEARS, 2),)),
    ("peg.ledger.given_back:follow", Act.GIVES_UP_A_PART, (AMID, BEFORE, AFTER)),
    (f"{CANCELS}._book_cost", Act.GIVES_UP_A_PART, (ASKS, (HEARS, 2), BEFORE, AFTER)),
)
"""Of `peg cases resolve`, a command: when it died it is typed again, and no other process helps."""


def points() -> Iterator[Point]:
    """Those of `peg run`."""
    for area, rows in TABLE.items():
        yield from _of(area, rows)


def decisions() -> list[Point]:
    """Those of the command that decides a case."""
    return list(_of("decide", DECISIONS))


def _of(area: str, rows: Sequence[Row]) -> Iterator[Point]:
    for where, act, moments in rows:
        for one in moments:
            moment, nth = one if isinstance(one, tuple) else (one, 1)
            yield Point(area=area, where=where, moment=moment, act=act, nth=nth)


def areas() -> dict[str, list[Point]]:
    """All of them, by the part of PEG's work."""
    found: dict[str, list[Point]] = {area: [] for area in TABLE}
    for point in points():
        found[point.area].append(point)
    return found
