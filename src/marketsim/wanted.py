"""What a person asks of `marketsim serve`, checked before anything is started."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from cyclopts import Parameter, Token
from cyclopts.validators import Number

from marketsim.buyers import Habits
from marketsim.rates import parse_rates
from marketsim.server import Plan

PIECES_MAX = 50_000
"""Drawing so many names that differ takes 20 seconds already."""

SPEED_MAX = 86_400.0
"""A day each second."""

LATENCY_MS_MAX = 600_000.0
PACE_MAX = 60_000.0
"""A thousand a second: whoever else wants an answer would wait for ever."""


def _within(**limits: float) -> Parameter:
    """What lies outside is refused before anything is started."""
    return Parameter(validator=Number(**limits))


def _whole(_: object, tokens: Sequence[Token]) -> int:
    """A whole number; left to itself, the library would round 1.5 to 2.

    Raises:
        ValueError: it is none.
    """
    typed = tokens[0].value
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", typed, re.ASCII):
        raise ValueError(f'"{typed}" is no whole number.')
    return int(typed)


def _is_an_address(_: object, url: str | None) -> None:
    """Refuse what no webhook can be sent to.

    Raises:
        ValueError: it is no address of the web.
    """
    try:
        parts = urlsplit(url or "")
        known = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        known = None
    if url is not None and not known:
        raise ValueError("Give the address where the app listens, such as http://127.0.0.1:8377.")


Whole = Annotated[int, Parameter(converter=_whole)]
Port = Annotated[Whole, _within(gte=0, lte=65_535)]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How to serve.

    Attributes:
        shopify_port: port of the practice Shopify; 0 for any free one.
        etsy_port: port of the practice Etsy; 0 for any free one.
        seed: decides catalogue, faults and buyers.
        pieces: at least so many pieces are on the shelf.
        clock_speed: market seconds per real second.
        latency_ms: how much longer every API call takes.
        webhooks_to: base address of an app; its /webhooks/etsy is registered by hand, as a person
            would in Etsy's portal.
        orders: buyers come at once and stop after so many orders.
        pace: orders a minute; buyers come at once.
        faults: name=rate,... as `marketsim faults` lists them; 1 is always, 0 turns it off. *
            stands for any, as in *.webhook_lost=0.2, and `chance` for all that strike at times, as
            in chance=0.
    """

    shopify_port: Port = 8611
    etsy_port: Port = 8612
    seed: Whole = 7
    pieces: Annotated[Whole, _within(gte=1, lte=PIECES_MAX)] = 320
    clock_speed: Annotated[float, _within(gte=0, lte=SPEED_MAX)] = 1.0
    latency_ms: Annotated[float, _within(gte=0, lte=LATENCY_MS_MAX)] = 0.0
    webhooks_to: Annotated[str | None, Parameter(validator=_is_an_address)] = None
    orders: Annotated[Whole | None, _within(gte=1)] = None
    pace: Annotated[float | None, _within(gt=0, lte=PACE_MAX)] = None
    faults: str = ""

    def plan(self) -> Plan:
        """What to serve.

        Raises:
            UnknownFault: nothing has that name.
            ValueError: both are to listen on one port, or a rate is none.
        """
        if self.shopify_port == self.etsy_port != 0:
            raise ValueError(
                f"{self.shopify_port} cannot be both shops' port: give --shopify-port and"
                " --etsy-port different ones, or 0"
            )
        buyers = self.orders is not None or self.pace is not None
        return Plan(
            ports={"shopify": self.shopify_port, "etsy": self.etsy_port},
            seed=self.seed,
            pieces=self.pieces,
            clock_speed=self.clock_speed,
            latency_ms=self.latency_ms,
            rates=parse_rates(self.faults),
            webhooks_to=self.webhooks_to,
            habits=Habits(orders=self.orders, pace=self.pace) if buyers else None,
        )
