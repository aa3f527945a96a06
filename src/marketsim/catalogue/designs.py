"""What the jeweller made: each design with its variants, prices and SKUs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

from marketsim.catalogue.tables import (
    HARDER_PERCENT,
    HEAVIER_PERCENT,
    PEARL,
    USD_PER_GRAM_FINE,
    Metal,
    Stone,
    Work,
    design_names,
    metals,
    ring_sizes,
    stones,
    works,
)
from marketsim.pieces import PieceId

PRICE_USD_MAX = 45_000
FINE_METALS = ("14WG", "14YG", "14RG", "18WG", "18YG", "18RG", "PT95", "SS92")
STOCKED_METALS = ("SS92", "VM92", "14YG", "14RG", "14WG")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One physical kind of thing: exactly one of it, or several alike.

    Attributes:
        on_hand: pieces per location; shorter than the locations where the rest stock none.
        size: US ring size as a decimal, or "".
        parts: what one sale takes off the shelf; itself, or a set's members.
    """

    piece: PieceId
    sku: str
    metal: Metal
    points: int
    size: str
    price_minor: int
    on_hand: tuple[int, ...]
    parts: tuple[tuple[PieceId, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """One idea of the jeweller's, sold as one product with its variants.

    `varies_by` names what tells the variants apart: "metal", "size", "carat" or nothing.
    """

    name: str
    work: Work
    stone: Stone
    shape: str
    colour: str
    one_of_a_kind: bool
    varies_by: tuple[str, ...]
    variants: tuple[Variant, ...]
    members: tuple["Design", ...] = ()


class Workshop:
    """Makes designs, numbering pieces and SKUs so that no number is used twice."""

    def __init__(self, rng: Random) -> None:
        """Draw everything from `rng`."""
        self._rng = rng
        self._pieces = 0
        self._uid = rng.randrange(1_000, 90_000)

    def single(self) -> Design:
        """One of a kind: a finished jewel or, sometimes, a choice of stones for one setting."""
        rng = self._rng
        work = self._work([work.single_weight for work in works()])
        stone = self._stone(work)
        metal = metals()["NONE" if work.category == "LOOS" else rng.choice(FINE_METALS)]
        weighed = work.wears_stone and stone.code != PEARL
        choices = rng.randint(2, 4) if weighed and rng.random() < 0.06 else 1
        size = rng.choice(ring_sizes()) if work.sized else ""
        weights = sorted({self._points(stone) for _ in range(choices)})
        kinds = [(metal, size, points) for points in weights]
        varies_by = ("carat",) if len(weights) > 1 else ()
        return self._design(work, stone, kinds, varies_by, one_of_a_kind=True)

    def stocked(self) -> Design:
        """Made again and again, in metals and sizes."""
        rng = self._rng
        work = self._work([work.stocked_weight for work in works()])
        affordable = [s for s in stones().values() if s.usd_per_carat <= 600]
        stone = self._stone(work, affordable)
        made_in = rng.sample(STOCKED_METALS, rng.choice((1, 1, 2, 3)))
        first = rng.randrange(4)
        sizes = ring_sizes()[first : first + 2 * rng.randint(2, 4) : 2] if work.sized else ("",)
        varies_by = tuple(
            name for name, many in (("metal", made_in), ("size", sizes)) if len(many) > 1
        )
        points = self._points(stone)
        kinds = [(metals()[code], size, points) for code, size in product(made_in, sizes)]
        return self._design(work, stone, kinds, varies_by, one_of_a_kind=False)

    def set_of(self, first: Design, second: Design) -> Design:
        """A set made of two designs' first variants; it has no pieces of its own."""
        members = (first, second)
        one, other = (member.variants[0] for member in members)
        stone = first.stone if first.stone == second.stone else stones()["NONE"]
        work = Work(
            category="JSET",
            noun=f"{first.work.noun} and {second.work.noun} Set",
            metal_dg=0,
            making_usd=0,
            single_weight=0,
            stocked_weight=0,
            wears_stone=True,
            sized=False,
        )
        metal = one.metal if one.metal == other.metal else metals()["MIXD"]
        code = first.stone.code if first.stone == second.stone else "MULT"
        variant = Variant(
            piece=one.piece,
            sku=self._sku("JSET", code, one.points + other.points, metal),
            metal=metal,
            points=one.points + other.points,
            size="",
            price_minor=_round_usd((one.price_minor + other.price_minor) * 92 // 10_000) * 100,
            on_hand=(min(one.on_hand[0], other.on_hand[0]),),
            parts=((one.piece, 1), (other.piece, 1)),
        )
        return Design(
            name=first.name,
            work=work,
            stone=stone,
            shape=first.shape,
            colour=first.colour if first.stone == second.stone else "",
            one_of_a_kind=first.one_of_a_kind,
            varies_by=(),
            variants=(variant,),
            members=members,
        )

    def _design(
        self,
        work: Work,
        stone: Stone,
        kinds: Sequence[tuple[Metal, str, int]],
        varies_by: tuple[str, ...],
        *,
        one_of_a_kind: bool,
    ) -> Design:
        return Design(
            name=self._rng.choice(design_names()),
            work=work,
            stone=stone,
            shape=self._rng.choice(stone.shapes),
            colour=self._rng.choice(stone.colours),
            one_of_a_kind=one_of_a_kind,
            varies_by=varies_by,
            variants=tuple(self._variants(work, stone, kinds, one_of_a_kind=one_of_a_kind)),
        )

    def _variants(
        self,
        work: Work,
        stone: Stone,
        kinds: Sequence[tuple[Metal, str, int]],
        *,
        one_of_a_kind: bool,
    ) -> Iterator[Variant]:
        for index, (metal, size, points) in enumerate(kinds):
            self._pieces += 1
            piece = PieceId(f"piece-{self._pieces:05}")
            yield Variant(
                piece=piece,
                sku=self._sku(work.category, stone.code, points, metal),
                metal=metal,
                points=points,
                size=size,
                price_minor=price_minor(work, stone, metal, points),
                on_hand=self._alone() if one_of_a_kind else self._shelf(may_be_empty=index > 0),
                parts=((piece, 1),),
            )

    def _alone(self) -> tuple[int, ...]:
        return (0, 1) if self._rng.random() < 0.06 else (1,)

    def _shelf(self, *, may_be_empty: bool) -> tuple[int, ...]:
        rng = self._rng
        if may_be_empty and rng.random() < 0.05:
            return (0,)
        here = min(60, 2 + round(rng.expovariate(1 / 7)))
        return (here, rng.randint(1, 6)) if rng.random() < 0.15 else (here,)

    def _sku(self, category: str, stone: str, points: int, metal: Metal) -> str:
        self._uid += self._rng.randint(1, 5)
        return f"{category}-{stone}-{points:03}-{metal.code}-{self._uid:06}"

    def _work(self, weights: Sequence[int]) -> Work:
        return self._rng.choices(works(), weights)[0]

    def _stone(self, work: Work, among: Sequence[Stone] = ()) -> Stone:
        if not work.wears_stone:
            return stones()["NONE"]
        known = [s for s in among or stones().values() if s.code != "NONE"]
        return self._rng.choices(known, [s.weight for s in known])[0]

    def _points(self, stone: Stone) -> int:
        """A weight between the stone's usual bounds, light ones more often; whole carats draw."""
        if stone.points_high == 0:
            return 0
        span = stone.points_high - stone.points_low
        points = stone.points_low + round(span * self._rng.betavariate(1.4, 2.6))
        short_of_whole = -points % 100
        return points + short_of_whole if short_of_whole <= 3 else points


def price_minor(work: Work, stone: Stone, metal: Metal, points: int) -> int:
    """A shop price in cents from the stone's weight, the metal's and the making."""
    stone_usd = round(stone.usd_per_carat * (points / 100) ** stone.price_power)
    per_gram_usd = USD_PER_GRAM_FINE.get(metal.family, 1)
    metal_dg = work.metal_dg * HEAVIER_PERCENT.get(metal.family, 100) // 100
    metal_usd = metal_dg * metal.fineness_ppt * per_gram_usd // 10_000
    making_usd = work.making_usd * HARDER_PERCENT.get(metal.family, 100) // 100
    return _round_usd((stone_usd + metal_usd + making_usd) * 17 // 10) * 100


def _round_usd(usd: int) -> int:
    step = 5 if usd < 500 else 10 if usd < 3_000 else 50
    return max(15, min(PRICE_USD_MAX, usd // step * step))
