"""What a demo is asked to rehearse, and what cannot be: refused before anything is started."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number as Within

from peg.cli.demo.practice import BadRehearsal, free_port
from peg.cli.demo.setting import FAULTS, USUAL
from peg.cli.words import Number
from peg.domain.near import did_you_mean, quoted

PACE_MAX, SPEED_MAX, PAYMENT_S_MAX = 60_000, 86_400, 86_400
"""A thousand orders a second, a day a second, a day: whatever is more was not meant."""

UNPAID_SHARE_MAX = 0.9
"""The others are for those who cancel, and those who send something back."""


def _within(**limits: float) -> Parameter:
    """What lies outside is refused before anything is started."""
    return Parameter(validator=Within(**limits))


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to rehearse.

    Attributes:
        headless: end by itself and print figures; without it the page in the browser shows it live.
        orders: after so many orders the shops close.
        pace: orders a minute, on both marketplaces together.
        rhythm: `season`: the days and nights of one week, up to twice as busy as the mean; `even`:
            an order at equal gaps, as measuring needs it.
        seed: decides catalogue, buyers and faults.
        payment_s: mean seconds from order to payment; Etsy tells of a sale once it is paid.
        unpaid_share: orders that are never paid; no webhook of Etsy's tells of those.
        pieces: at least so many pieces are on the shelf.
        faults: `usual`: what the practice shops do by themselves, as `marketsim faults` lists it,
            without webhooks that come hours late: few are lost, few answers break, few reads are
            stale. `none`: nothing by chance; their rules stay, and what always lags: Etsy's
            receipts, Shopify's totals and jobs. `hard`: as `usual`, with webhooks lost 20 %,
            doubled 20 %, reordered 20 %, server errors 5 %, answers lost 2 %, Etsy's reads stale
            5 %. Or rates of your own, name=rate,...
        clock_speed: how fast the time of both marketplaces and of PEG runs. Every limit, wait and
            figure is in that time, so faster is harder: the machine gets no faster.
        shopify_port: port of the practice Shopify; 0 for any free one.
        etsy_port: port of the practice Etsy; 0 for any free one.
        port: port of PEG; 0 for any free one.
    """

    headless: Annotated[bool, Parameter(negative="")] = False
    orders: Annotated[Number, _within(gte=1)] = 60
    pace: Annotated[float, _within(gt=0, lte=PACE_MAX)] = 120.0
    rhythm: Literal["season", "even"] = "season"
    seed: Number = 7
    payment_s: Annotated[float, _within(gte=0, lte=PAYMENT_S_MAX)] = 1.5
    unpaid_share: Annotated[float, _within(gte=0, lte=UNPAID_SHARE_MAX)] = 0.03
    pieces: Annotated[Number, _within(gte=1)] = 320
    faults: str = USUAL
    clock_speed: Annotated[float, _within(gt=0, lte=SPEED_MAX)] = 1.0
    shopify_port: Annotated[Number, _within(gte=0, lte=65_535)] = 0
    etsy_port: Annotated[Number, _within(gte=0, lte=65_535)] = 0
    port: Annotated[Number, _within(gte=0, lte=65_535)] = 0

    def settled_ports(self) -> "Wanted":
        """The same with every port chosen."""
        return replace(
            self,
            shopify_port=self.shopify_port or free_port(),
            etsy_port=self.etsy_port or free_port(),
            port=self.port or free_port(),
        )

    def facts(self) -> dict[str, Any]:
        """What stands beside the figures, so that they can be had again."""
        return {
            "seed": self.seed,
            "orders": self.orders,
            "rhythm": self.rhythm,
            "faults": self.faults,
        }


def rates(typed: str) -> str:
    """As the practice shops take them; they know the names.

    Raises:
        BadRehearsal: it is neither a word for them nor a name with its rate.
    """
    if typed not in FAULTS and "=" not in typed:
        words = ", ".join(f"`{word}`" for word in FAULTS)
        raise BadRehearsal(
            f"{quoted(typed)} are no faults{did_you_mean(typed, FAULTS)}: write {words}, or"
            " name=rate,... as `marketsim faults` lists them"
        )
    return FAULTS.get(typed, typed)
