import re
from collections import Counter

import pytest

from marketsim.catalogue import Slips, draw_catalogue
from marketsim.catalogue.designs import price_minor
from marketsim.catalogue.slips import NO_SLIPS
from marketsim.catalogue.tables import metals, stones, works
from marketsim.pieces import Catalogue, Listing, MarketName, Unit

SKU = re.compile(r"[A-Z]{4}-[A-Z]{4}-(?:\d{3}|[1-9]\d{3,5})-[A-Z0-9]{4}-\d{6}\Z", flags=re.ASCII)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return draw_catalogue(7)


def units(catalogue: Catalogue, market: MarketName) -> list[Unit]:
    return [u for ls in catalogue.listings if ls.market == market for u in ls.units]


def sides(catalogue: Catalogue) -> tuple[dict[str, Unit], dict[str, Unit]]:
    shopify, etsy = ({str(u.parts): u for u in units(catalogue, m)} for m in ("shopify", "etsy"))
    return shopify, etsy


def test_the_same_seed_draws_the_same_shop_and_another_seed_another() -> None:
    assert draw_catalogue(3) == draw_catalogue(3)
    assert draw_catalogue(3) != draw_catalogue(4)


def test_most_pieces_exist_once_and_the_rest_are_stocked(catalogue: Catalogue) -> None:
    singles = [piece for piece in catalogue.pieces if piece.one_of_a_kind]
    stocked = [piece for piece in catalogue.pieces if not piece.one_of_a_kind]

    assert len(catalogue.pieces) >= 320
    assert 0.6 < len(singles) / len(catalogue.pieces) < 0.7
    assert all(sum(piece.on_hand) == 1 for piece in singles)
    assert sum(sum(piece.on_hand) > 1 for piece in stocked) > 80


def test_listings_vary_by_metal_size_and_carat(catalogue: Catalogue) -> None:
    names = {o.name for u in units(catalogue, "shopify") for o in u.options}

    assert names == {"Metal", "Ring size", "Carat"}


def test_no_two_variants_of_a_listing_read_alike(catalogue: Catalogue) -> None:
    for listing in catalogue.listings:
        assert len({unit.options for unit in listing.units}) == len(listing.units)
        assert len({tuple(o.name for o in unit.options) for unit in listing.units}) == 1


@pytest.mark.parametrize("seed", [1, 7, 42])
def test_words_keep_within_each_marketplaces_limits(seed: int) -> None:
    for listing in draw_catalogue(seed).listings:
        assert 10 < len(listing.title) <= (140 if listing.market == "etsy" else 90)
        assert listing.title.count("&") == 0
        assert 5 <= len(listing.tags) <= 13
        assert all(len(tag) <= 20 and re.fullmatch(r"[\w' -]+", tag) for tag in listing.tags)
        assert all(re.fullmatch(r"[A-Za-z0-9 ]+", material) for material in listing.materials)
        assert all(20 <= unit.price_minor < 5_000_000 for unit in listing.units)
        assert all(len(unit.sku) <= 32 for unit in listing.units)
        assert len(listing.units[0].options) <= 2


def test_laboratory_grown_stones_say_so_and_nothing_promises_healing(
    catalogue: Catalogue,
) -> None:
    stones = {piece.id: piece.stone for piece in catalogue.pieces}

    for listing in catalogue.listings:
        parts = listing.units[0].parts
        where = listing.title if len(parts) == 1 else listing.description
        if {stones[piece] for piece, _ in parts} & {"LDIA", "LSAP", "LEMR"}:
            assert "Laboratory-Grown" in where
        assert "heal" not in (listing.title + listing.description + " ".join(listing.tags)).lower()


@pytest.mark.parametrize("seed", [1, 7, 42])
def test_a_jeweller_would_write_it_so(seed: int) -> None:
    catalogue = draw_catalogue(seed)
    pieces = {piece.id: piece for piece in catalogue.pieces}

    for listing in catalogue.listings:
        first = pieces[listing.units[0].parts[0][0]]
        text = f"{listing.title} {listing.description}"
        loose = listing.category == "LOOS"
        assert listing.title.startswith("Loose ") is loose
        assert not re.search("colour|grey", text)
        if len(listing.units[0].parts) == 1:
            assert (" mm" in text) is (first.stone == "PRLC")
            assert (" ct" in text) is (first.stone not in {"NONE", "PRLC"})
            assert ("ctw" in text) is (" ct" in text and first.category in {"EARR", "CUFF"})
            assert ("gemstone jewelry" in listing.tags) <= (first.stone != "NONE")
            assert ("gift for her" in listing.tags) <= (first.category != "CUFF")


@pytest.mark.parametrize(
    ("stone", "points", "usd_min", "usd_max"),
    [
        ("DIAM", 100, 6_500, 8_500),
        ("RUBY", 150, 7_000, 9_000),
        ("AMTH", 1_000, 250, 600),
        ("LABR", 1_200, 150, 500),
        ("TURQ", 1_100, 250, 700),
        ("CITR", 786, 150, 500),
        ("PRLC", 500, 300, 700),
    ],
)
def test_a_stone_alone_costs_about_what_a_shop_asks(
    stone: str, points: int, usd_min: int, usd_max: int
) -> None:
    bare = next(work for work in works() if work.category == "LOOS")

    price = price_minor(bare, stones()[stone], metals()["NONE"], points)

    assert usd_min * 100 <= price <= usd_max * 100


def test_a_ring_in_platinum_costs_no_less_than_in_14k_and_gold_more_than_silver() -> None:
    ring = next(work for work in works() if work.category == "RING")
    codes = ("SS92", "14YG", "PT95")

    silver, gold, platinum = (
        price_minor(ring, stones()["GARN"], metals()[code], 150) for code in codes
    )

    assert silver < gold <= platinum


def test_skus_follow_the_grammar_and_no_number_is_used_twice() -> None:
    clean = draw_catalogue(5, slips=NO_SLIPS)

    for market in ("shopify", "etsy"):
        skus = [unit.sku for unit in units(clean, market)]
        assert all(SKU.match(sku) for sku in skus)
        assert len({sku[-6:] for sku in skus}) == len(skus)


@pytest.mark.parametrize("pieces", range(1, 13))
def test_a_small_shelf_holds_what_was_asked_for_with_as_many_slips_as_it_has_room_for(
    pieces: int,
) -> None:
    drawn = [draw_catalogue(seed, pieces=pieces) for seed in range(20)]

    assert min(len(catalogue.pieces) for catalogue in drawn) == pieces


@pytest.mark.parametrize("seed", range(10))
def test_every_kind_of_slip_occurs(seed: int) -> None:
    catalogue = draw_catalogue(seed)

    shopify, etsy = sides(catalogue)
    both = [(shopify[key], etsy[key]) for key in shopify.keys() & etsy.keys()]
    skus = Counter(u.sku for u in units(catalogue, "shopify") if u.sku)

    assert shopify.keys() - etsy.keys()
    assert etsy.keys() - shopify.keys()
    assert any(a.sku == "" or b.sku == "" for a, b in both)
    assert any(a.sku != b.sku and fold(a.sku) == fold(b.sku) for a, b in both)
    assert max(skus.values()) > 1 or max(Counter(u.sku for u in etsy.values()).values()) > 1
    assert any(not unit.tracked for unit in shopify.values())
    assert any(len(unit.stock) > 1 and unit.stock[1] > 0 for unit in shopify.values())
    assert any(sum(a.stock) != sum(b.stock) for a, b in both)


def test_one_of_the_shops_shows_the_right_number_and_the_other_at_least_one(
    catalogue: Catalogue,
) -> None:
    on_hand = {piece.id: sum(piece.on_hand) for piece in catalogue.pieces}
    shopify, etsy = sides(catalogue)

    for key in shopify.keys() & etsy.keys():
        a, b = shopify[key], etsy[key]
        if len(a.parts) == 1:
            assert on_hand[a.parts[0][0]] in {sum(a.stock), sum(b.stock)}
            assert min(sum(a.stock), sum(b.stock)) > 0 or on_hand[a.parts[0][0]] == 0


def test_a_set_takes_two_pieces_that_are_also_sold_singly_and_names_their_skus(
    catalogue: Catalogue,
) -> None:
    sets = [ls for ls in catalogue.listings if len(ls.units[0].parts) == 2]
    alone = {u.parts[0][0]: u.sku for u in units(catalogue, "etsy") if len(u.parts) == 1}

    assert {listing.market for listing in sets} == {"shopify", "etsy"}
    for listing in sets:
        assert all(alone[piece] in listing.description for piece, _ in listing.units[0].parts)


def test_ring_sizes_are_decimals_on_shopify_and_fractions_on_etsy(catalogue: Catalogue) -> None:
    def sizes(listings: list[Listing]) -> str:
        options = (o for ls in listings for u in ls.units for o in u.options)
        return " ".join(o.value for o in options if o.name == "Ring size")

    shopify = sizes([ls for ls in catalogue.listings if ls.market == "shopify"])
    etsy = sizes([ls for ls in catalogue.listings if ls.market == "etsy"])

    assert ".5" in shopify
    assert "1/2" not in shopify
    assert "1/2" in etsy
    assert ".5" not in etsy


def test_a_share_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="a share of slips"):
        Slips(untracked=1.5)


def test_ten_thousand_pieces_are_drawn_with_skus_that_stay_unique() -> None:
    large = draw_catalogue(1, pieces=10_000, slips=NO_SLIPS)

    skus = [unit.sku for unit in units(large, "etsy")]
    assert len(large.pieces) >= 10_000
    assert len(set(skus)) == len(skus)


def fold(sku: str) -> str:
    return "".join(sku.split()).upper()
