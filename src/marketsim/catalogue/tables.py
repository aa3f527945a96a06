"""The gem tables the practice shop is drawn from."""

import calendar
import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CARE = {
    "NO_ULTRASONIC": "no ultrasonic cleaner",
    "NO_STEAM": "no steam",
    "NO_SOAK": "do not soak",
    "NO_ACID": "keep from acids",
    "HEAT_SENSITIVE": "keep from heat",
    "LIGHT_SENSITIVE": "keep from long sunlight",
    "CLEAVAGE": "keep from hard knocks",
}
PEARL = "PRLC"
"""Sold by its diameter, not by its weight."""

USD_PER_GRAM_FINE = {"gold": 125, "platinum": 48, "palladium": 45, "silver": 2, "vermeil": 5}
"""Practice figures, for fine metal."""

HEAVIER_PERCENT = {"platinum": 160, "palladium": 90, "silver": 80, "vermeil": 80}
"""What the same jewel weighs in a metal, against gold."""

HARDER_PERCENT = {"platinum": 130, "palladium": 120}
"""What making it in a metal costs, against gold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stone:
    """A stone the practice shop sells.

    Attributes:
        usd_per_carat: at one carat; the price grows with the weight to `price_power`: a large
            diamond is rare, a large amethyst is only large.
    """

    code: str
    name: str
    birth_months: tuple[str, ...]
    care: tuple[str, ...]
    usd_per_carat: int
    price_power: float
    points_low: int
    points_high: int
    weight: int
    shapes: tuple[str, ...]
    treatment: str
    colours: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metal:
    """A metal by its code, with parts per thousand of fine metal."""

    code: str
    name: str
    family: str
    fineness_ppt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A kind of jewellery the practice jeweller makes; `metal_dg` is tenths of a gram."""

    category: str
    noun: str
    metal_dg: int
    making_usd: int
    single_weight: int
    stocked_weight: int
    wears_stone: bool
    sized: bool


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the project's own tables."""
    text = files("marketsim.data").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def stones() -> dict[str, Stone]:
    """Every stone of the assortment by its code."""
    known = {row["code"]: row for row in rows("stones.csv")}
    return {row["stone"]: _stone(known[row["stone"]], row) for row in rows("assortment.csv")}


@cache
def metals() -> dict[str, Metal]:
    """Every metal by its code."""
    return {
        row["code"]: Metal(
            code=row["code"],
            name=row["name"].partition(" on ")[0].partition(" (")[0],
            family=row["family"],
            fineness_ppt=int(row["fineness_ppt"] or 0),
        )
        for row in rows("metals.csv")
    }


@cache
def works() -> tuple[Work, ...]:
    """Every kind of jewellery made."""
    return tuple(
        Work(
            category=row["category"],
            noun=row["noun"],
            metal_dg=int(row["metal_dg"]),
            making_usd=int(row["making_usd"]),
            single_weight=int(row["single_weight"]),
            stocked_weight=int(row["stocked_weight"]),
            wears_stone=row["wears_stone"] == "yes",
            sized=row["sized"] == "yes",
        )
        for row in rows("workshop.csv")
    )


@cache
def design_names() -> tuple[str, ...]:
    """What the jeweller calls her designs."""
    return tuple(row["name"] for row in rows("design_names.csv"))


@cache
def ring_sizes() -> tuple[str, ...]:
    """US ring sizes that are commonly worn, 4 to 10 in halves, as decimals: "6.5"."""
    sizes = (float(row["us"]) for row in rows("ring_sizes.csv"))
    return tuple(f"{size:g}" for size in sizes if 4 <= size <= 10 and size % 0.5 == 0)


def _stone(row: dict[str, str], sold: dict[str, str]) -> Stone:
    return Stone(
        code=row["code"],
        name=_spoken(row["name"]),
        birth_months=tuple(
            calendar.month_name[int(m)] for m in row["birth_months"].split(";") if m
        ),
        care=tuple(CARE[flag] for flag in row["care"].split(";") if flag),
        usd_per_carat=int(sold["usd_per_carat"]),
        price_power=float(sold["price_power"]),
        points_low=int(sold["points_low"]),
        points_high=int(sold["points_high"]),
        weight=int(sold["weight"]),
        shapes=tuple(sold["shapes"].split(";")),
        treatment=sold["treatment"],
        colours=tuple(sold["colours"].split(";")),
    )


def _spoken(name: str) -> str:
    """The table's name as a buyer says it; the trade rules want the full word for lab stones."""
    if name == "Pearl (cultured)":
        return "Cultured Pearl"
    return re.sub(r" \(.*\)", "", name).replace("Lab-grown", "Laboratory-Grown").title()
