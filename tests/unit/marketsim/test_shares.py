"""How the jeweller's two shops differ, counted: each share is about what it is meant to be."""

from collections.abc import Mapping
from dataclasses import replace
from statistics import mean

import pytest

from marketsim.catalogue import Slips, draw_catalogue
from marketsim.catalogue.slips import NO_SLIPS
from marketsim.pieces import MARKETS, Catalogue, MarketName, Unit

SEEDS = (0, 1, 2, 7, 11, 42, 99, 2026)
MEANT = Slips()


def by_parts(catalogue: Catalogue, market: MarketName) -> dict[str, Unit]:
    """Each unit of a side by what it takes off the shelf."""
    listings = (it for it in catalogue.listings if it.market == market)
    return {str(unit.parts): unit for listing in listings for unit in listing.units}


def fold(sku: str) -> str:
    return "".join(sku.split()).upper()


def shares_of(seed: int) -> Mapping[str, float]:
    """Of each kind of slip, how many there are among those it could have befallen."""
    drawn, right = draw_catalogue(seed), draw_catalogue(seed, slips=NO_SLIPS)
    shopify, etsy = (by_parts(drawn, market) for market in MARKETS)
    clean = by_parts(right, "shopify")
    meant = {parts: unit.sku for parts, unit in clean.items()}
    both, either = shopify.keys() & etsy.keys(), shopify.keys() | etsy.keys()
    typed = [(meant[it], side[it].sku) for it in both for side in (shopify, etsy)]
    wrong = [(true, sku) for true, sku in typed if sku != true]
    stocked = [it for it in drawn.pieces if not it.one_of_a_kind]
    shown = [(it, sum(unit.stock)) for side in (shopify, etsy) for it, unit in side.items()]
    miscounted = [it for it, stock in shown if stock != sum(clean[it].stock)]
    return {
        "shopify_only": len(either - etsy.keys()) / len(either),
        "etsy_only": len(either - shopify.keys()) / len(either),
        "without_sku": sum(sku == "" for _, sku in wrong) / len(both),
        "misspelled_sku": sum(fold(true) == fold(sku) for true, sku in wrong) / len(both),
        "doubled_sku": sum(sku in meant.values() for _, sku in wrong) / len(both),
        "untracked": sum(not unit.tracked for unit in shopify.values()) / len(stocked),
        "miscounted": len(miscounted) / len(stocked),
    }


def test_each_slip_occurs_in_every_shop_and_is_as_frequent_as_it_is_meant_to_be() -> None:
    shops = [shares_of(seed) for seed in SEEDS]

    for name in shops[0]:
        shares, meant = [shop[name] for shop in shops], getattr(MEANT, name)
        assert min(shares) > 0, name
        assert 0.6 * meant <= mean(shares) <= 1.4 * meant, f"{name}: {shares}, meant {meant}"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_shopify_sells_on_at_zero_is_drawn_when_asked_for_and_changes_nothing_else(
    seed: int,
) -> None:
    usual, asked = (
        by_parts(draw_catalogue(seed, slips=slips), "shopify")
        for slips in (Slips(), Slips(sold_on=0.05))
    )

    assert not any(unit.sells_on for unit in usual.values())
    assert any(unit.sells_on for unit in asked.values())
    assert all(unit.tracked for unit in asked.values() if unit.sells_on)
    assert usual == {it: replace(unit, sells_on=False) for it, unit in asked.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_some_pieces_lie_at_the_second_location(seed: int) -> None:
    catalogue = draw_catalogue(seed)

    there = [it for it in catalogue.pieces if len(it.on_hand) > 1 and it.on_hand[1]]
    only_there = [it for it in there if not it.on_hand[0]]
    assert catalogue.locations == ("Atelier", "Gallery")
    assert 0.03 < len(there) / len(catalogue.pieces) < 0.2
    assert only_there
    assert len(only_there) < len(there)


@pytest.mark.parametrize("seed", SEEDS)
def test_more_than_300_pieces_are_drawn_and_most_stand_on_either_side(seed: int) -> None:
    catalogue = draw_catalogue(seed)

    assert len(catalogue.pieces) >= 320
    assert min(len(by_parts(catalogue, market)) for market in MARKETS) >= 280


def test_somebody_counts_too_many_and_somebody_too_few() -> None:
    wrong = [by for seed in SEEDS for by in miscounts_of(seed)]

    assert {-2, -1, 1, 2} == set(wrong)


def miscounts_of(seed: int) -> list[int]:
    """By how much each unit shows another figure than it would if nobody had slipped."""
    drawn, right = draw_catalogue(seed), draw_catalogue(seed, slips=NO_SLIPS)
    clean = by_parts(right, "shopify")
    return [
        sum(unit.stock) - sum(clean[it].stock)
        for market in MARKETS
        for it, unit in by_parts(drawn, market).items()
        if sum(unit.stock) != sum(clean[it].stock)
    ]
