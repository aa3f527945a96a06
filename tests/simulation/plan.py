"""What one seed draws: a shop, its people, its settings, and what goes wrong when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType

from tests.simulation.owner.chores import Chore, draw_chores

from marketsim.buyers import Habits

DAY_S = 86_400.0

RATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "webhooks lost": ("*.webhook_lost",),
        "webhooks doubled": ("*.webhook_doubled",),
        "webhooks reordered": ("*.webhook_reordered",),
        "webhooks late": ("*.webhook_delayed",),
        "webhooks forged": ("*.webhook_forged",),
        "odd webhooks": ("etsy.webhook_odd_payload",),
        "answers lost after the write": (
            "*.response_lost",
            "shopify.bad_gateway_after_write",
            "shopify.timed_out",
            "etsy.error_after_write",
        ),
        "connections dropped": ("*.connection_dropped",),
        "server errors": ("shopify.http_500", "shopify.http_503", "etsy.server_error"),
        "too many calls": ("shopify.http_429", "shopify.throttled", "etsy.throttled"),
        "the day's calls used up": ("etsy.quota_exhausted_early",),
        "locked": ("shopify.http_423", "shopify.http_430"),
        "forbidden": ("shopify.http_403",),
        "stale reads": ("etsy.stale_read", "shopify.search_lags"),
        "pages repeat": ("etsy.page_duplicates",),
        "writes without effect": ("etsy.write_without_effect",),
        "fields gone": ("etsy.field_gone", "shopify.partial_data"),
        "tokens end early": ("shopify.token_expires_early",),
        "refresh broken": ("etsy.refresh_500",),
        "slow answers": ("*.latency",),
        "cancelled pieces come back": ("etsy.cancel_restocks",),
        "blank SKUs": ("etsy.blank_skus", "etsy.transaction_nulls"),
    }
)
"""Kinds of faults that strike by chance, with the traps of the practice shops behind each."""

ONE_SIDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Shopify's webhooks lost": ("shopify.webhook_lost",),
        "receipts late": ("etsy.receipt_lag",),
    }
)
"""Faults that no seed draws: for histories in which a sale must be unheard of."""

ACTS = (
    "Shopify dark",
    "Etsy dark",
    "requests time out",
    "PEG is killed",
    "the disk fails",
    "access revoked",
    "a listing deleted",
    "a listing put back by hand",
    "a listing renamed",
)
"""Kinds of faults that are one act, or one span of time, of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One thing that goes wrong, from `at_s` on for `lasts_s`; `strength` lies between 0 and 1."""

    kind: str
    at_s: float
    lasts_s: float
    strength: float

    @property
    def ends_s(self) -> float:
        """When it is over."""
        return self.at_s + self.lasts_s

    def __str__(self) -> str:
        return (
            f"{self.kind} at {self.at_s / 3600:.2f} h for {self.lasts_s:.0f} s"
            f" ({self.strength:.2f})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run, wholly: the same plan plays the same history.

    Attributes:
        days: of trade; then the shops close, faults stop, and PEG has time to settle.
        orders_per_day: on both marketplaces together.
        sets: listings that sell two pieces together; None: as many as is usual.
        people: how buyers and shopkeeper behave.
        settings: of PEG, as environment variables.
        skew_s: how wrong PEG's clock is, and `drift` by how much more each second.
        chores: what the owner does on PEG's side.
        early_orders: orders that were placed before the import.
        undecided_share: of the pairs that the import proposes, those about which the owner says
            nothing before she trades.
    """

    seed: int
    days: float
    pieces: int
    orders_per_day: int
    sets: int | None = None
    people: Habits = field(default_factory=Habits)
    settings: Mapping[str, str] = field(default_factory=dict)
    skew_s: float = 0.0
    drift: float = 0.0
    episodes: tuple[Episode, ...] = ()
    chores: tuple[Chore, ...] = ()
    early_orders: int = 0
    undecided_share: float = 0.0

    @property
    def trade_s(self) -> float:
        """How long the shops are open."""
        return self.days * DAY_S


def draw(
    seed: int,
    *,
    days: float = 2.0,
    pieces: int = 100,
    orders_per_day: int = 20,
    owner: bool = False,
) -> Plan:
    """What a seed means; with an `owner` also what she does on PEG's side."""
    rng, hers = Random(f"plan/{seed}"), Random(f"owner/{seed}")
    return Plan(
        seed=seed,
        days=days,
        pieces=pieces,
        orders_per_day=orders_per_day,
        people=_people(rng),
        settings=_settings(rng, hers),
        skew_s=rng.choice([0.0, rng.uniform(-5, 5), rng.uniform(-60, 60)]),
        drift=rng.choice([0.0, rng.uniform(-1e-4, 1e-4)]),
        episodes=tuple(
            sorted(
                (_episode(rng, days * DAY_S) for _ in range(rng.randint(0, 14))),
                key=lambda one: (one.at_s, one.kind),
            )
        ),
        chores=draw_chores(hers, days * DAY_S) if owner else (),
        early_orders=hers.choice([0, 2, 6]) if owner else 0,
        undecided_share=hers.choice([0.0, 0.5, 1.0]) if owner else 0.0,
    )


def _people(rng: Random) -> Habits:
    return Habits(
        shopify_share=rng.uniform(0.2, 0.8),
        rivals_share=rng.uniform(0.0, 0.3),
        rivals_gap_s=rng.choice([2.0, 20.0, 200.0]),
        several_share=rng.uniform(0.0, 0.2),
        payment_s=rng.choice([5.0, 120.0, 900.0]),
        unpaid_share=rng.uniform(0.0, 0.1),
        unpaid_s=rng.choice([600.0, 3600.0]),
        cancelled_share=rng.uniform(0.0, 0.15),
        cancelled_s=rng.choice([60.0, 1800.0]),
        refunded_share=rng.uniform(0.0, 0.1),
        shipped_s=rng.choice([600.0, 14_400.0]),
        edits_per_order=rng.choice([0.0, 0.1, 0.4]),
        reactivations_per_order=rng.choice([0.0, 0.0, 0.1]),
        quiet_s=600.0,
        cart_s=30.0,
    )


def _settings(rng: Random, hers: Random) -> dict[str, str]:
    return {
        "PEG_POLL_SHOPIFY_S": str(rng.choice([30, 120])),
        "PEG_POLL_ETSY_S": "120",
        "PEG_GLANCE_S": hers.choice(["30", str(rng.choice([60, 300]))]),
        "PEG_RECONCILE_S": "900",
    }


def _episode(rng: Random, trade_s: float) -> Episode:
    kind = rng.choice([*RATES, *ACTS])
    lasts_s = min(rng.choice([10.0, 300.0, 3600.0, 14_400.0]) * rng.uniform(0.5, 1.5), trade_s)
    strength = rng.choice([0.02, 0.1, 0.3, 1.0])
    return Episode(
        kind=kind, at_s=rng.uniform(0.0, trade_s - lasts_s), lasts_s=lasts_s, strength=strength
    )
