"""The slips people make when they type the same piece into two shops."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from marketsim.catalogue.designs import Design, Variant
from marketsim.pieces import MARKETS, MarketName

SPELLINGS: tuple[Callable[[str], str], ...] = (
    str.lower,
    lambda sku: f" {sku}",
    lambda sku: f"{sku} ",
    lambda sku: sku.replace("-", " -", 1),
    lambda sku: sku.title(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slips:
    """Which share of the designs or variants has which slip.

    Each kind that occurs does so at least once, if there are pieces enough.

    Attributes:
        shopify_only: designs never listed on Etsy.
        etsy_only: designs never listed on Shopify.
        without_sku: variants whose SKU is blank on one side.
        doubled_sku: variants that carry another piece's SKU on one side.
        misspelled_sku: variants whose SKU differs by case or spaces on one side.
        untracked: stocked variants whose quantity Shopify does not track.
        sold_on: stocked variants that Shopify sells on when none is left. None unless asked for:
            most shops have none, and some mean it, for what they make to order.
        miscounted: stocked variants of which one side shows one or two too many or too few.
    """

    shopify_only: float = 0.08
    etsy_only: float = 0.06
    without_sku: float = 0.03
    doubled_sku: float = 0.02
    misspelled_sku: float = 0.04
    untracked: float = 0.03
    miscounted: float = 0.03
    sold_on: float = 0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not 0 <= getattr(self, name) <= 0.5:
                raise ValueError(f"{name}: a share of slips lies between 0 and 0.5")


NO_SLIPS = Slips(
    shopify_only=0,
    etsy_only=0,
    without_sku=0,
    doubled_sku=0,
    misspelled_sku=0,
    untracked=0,
    miscounted=0,
)


@dataclass(slots=True)
class Typed:
    """What went wrong where; everything else was typed as meant."""

    absent: dict[str, MarketName] = field(default_factory=dict)
    skus: dict[tuple[MarketName, str], str] = field(default_factory=dict)
    untracked: set[str] = field(default_factory=set)
    sold_on: set[str] = field(default_factory=set)
    miscounts: dict[tuple[MarketName, str], int] = field(default_factory=dict)

    def lists(self, design: Design, market: MarketName) -> bool:
        """Whether the design is listed there; a design goes by its first variant's SKU."""
        return self.absent.get(design.variants[0].sku) != market

    def sku(self, variant: Variant, market: MarketName) -> str:
        """The SKU as typed there."""
        return self.skus.get((market, variant.sku), variant.sku)


def slip(designs: Sequence[Design], slips: Slips, rng: Random) -> Typed:
    """Draw who slipped where; a variant has at most one slip of its SKU."""
    typed = Typed()
    shuffled = rng.sample(designs, len(designs))
    shopify_only = _count(slips.shopify_only, shuffled)
    etsy_only = _count(slips.etsy_only, shuffled)
    typed.absent = {d.variants[0].sku: "etsy" for d in shuffled[:shopify_only]}
    etsy_designs = shuffled[shopify_only : shopify_only + etsy_only]
    typed.absent |= {d.variants[0].sku: "shopify" for d in etsy_designs}
    both = shuffled[shopify_only + etsy_only :]
    _slip_skus([variant for design in both for variant in design.variants], slips, rng, typed)
    stocked = [v for d in designs if not d.one_of_a_kind for v in d.variants]
    _slip_stock([v for v in stocked if sum(v.on_hand) > 0], slips, rng, typed)
    return typed


def _slip_skus(variants: Sequence[Variant], slips: Slips, rng: Random, typed: Typed) -> None:
    victims = deque(rng.sample(variants, len(variants)))
    for _ in range(min(_count(slips.without_sku, variants), len(victims))):
        typed.skus[rng.choice(MARKETS), victims.popleft().sku] = ""
    for _ in range(min(_count(slips.doubled_sku, variants), len(victims) // 2)):
        another = victims.popleft().sku
        typed.skus[rng.choice(MARKETS), victims.popleft().sku] = another
    for _ in range(min(_count(slips.misspelled_sku, variants), len(victims))):
        sku = victims.popleft().sku
        typed.skus[rng.choice(MARKETS), sku] = rng.choice(SPELLINGS)(sku)


def _slip_stock(stocked: Sequence[Variant], slips: Slips, rng: Random, typed: Typed) -> None:
    victims = deque(rng.sample(stocked, len(stocked)))
    untracked = min(_count(slips.untracked, stocked), len(victims))
    typed.untracked = {victims.popleft().sku for _ in range(untracked)}
    for _ in range(min(_count(slips.miscounted, stocked), len(victims))):
        victim = victims.popleft()
        typed.miscounts[rng.choice(MARKETS), victim.sku] = rng.choice(_miscounts(victim))
    # Drawn last, and from the other end: the other slips are the same whether there are any.
    sold_on = min(_count(slips.sold_on, stocked), len(victims))
    typed.sold_on = {victims.pop().sku for _ in range(sold_on)}


def _miscounts(variant: Variant) -> Sequence[int]:
    """By how much somebody may have miscounted at the first place; something is left to sell."""
    first, everywhere = variant.on_hand[0], sum(variant.on_hand)
    return [by for by in (-2, -1, 1, 2) if first + by >= 0 and everywhere + by > 0]


def _count(share: float, among: Sequence[object]) -> int:
    return max(1, round(share * len(among))) if share and among else 0
