"""A whole catalogue from a seed."""

from collections.abc import Iterator, Sequence
from random import Random

from marketsim.catalogue.designs import Design, Variant, Workshop
from marketsim.catalogue.slips import Slips, Typed, slip
from marketsim.catalogue.wording import description, materials, options, tags, title
from marketsim.pieces import MARKETS, Catalogue, Listing, MarketName, Piece, Unit

LOCATIONS = ("Atelier", "Gallery")


def draw_catalogue(
    seed: int,
    *,
    pieces: int = 320,
    single_share: float = 0.65,
    sets: int | None = None,
    slips: Slips | None = None,
) -> Catalogue:
    """Draw at least `pieces` pieces, `single_share` of them one of a kind, and their listings.

    Args:
        seed: the same seed draws the same catalogue.
        pieces: how many kinds of thing are on the shelf; a few more may come of the last design.
        single_share: share of pieces that exist once.
        sets: listings that sell two other pieces together; by default one per 60 pieces.
        slips: how the listings were mistyped; by default as a careful person would.

    Raises:
        ValueError: fewer than one piece is asked for.
    """
    if pieces < 1:
        raise ValueError(f"a catalogue has pieces, got {pieces}")
    rng = Random(f"catalogue/{seed}")
    workshop = Workshop(rng)
    designs = list(_made(workshop, pieces, single_share))
    bundled = _bundles(workshop, designs, pieces // 60 if sets is None else sets, rng)
    in_sets = {id(member) for bundle in bundled for member in bundle.members}
    single = [design for design in designs if id(design) not in in_sets]
    typed = slip(single, slips or Slips(), rng)
    listed = rng.sample(designs + bundled, len(designs) + len(bundled))
    return Catalogue(
        seed=seed,
        currency="USD",
        locations=LOCATIONS,
        pieces=tuple(_piece(design, v) for design in designs for v in design.variants),
        listings=tuple(
            _listing(design, market, typed)
            for market in MARKETS
            for design in listed
            if typed.lists(design, market)
        ),
    )


def _made(workshop: Workshop, pieces: int, single_share: float) -> Iterator[Design]:
    made = singles = 0
    while made < pieces:
        design = workshop.single() if singles <= single_share * made else workshop.stocked()
        made += len(design.variants)
        singles += len(design.variants) if design.one_of_a_kind else 0
        yield design


def _bundles(
    workshop: Workshop, designs: Sequence[Design], count: int, rng: Random
) -> list[Design]:
    """Sets of two designs with one variant each, both once or both stocked."""
    here = [d for d in designs if not d.varies_by and d.variants[0].on_hand[0] > 0]
    whole = [d for d in here if d.work.category != "LOOS"]
    bundles: list[Design] = []
    for number in range(count):
        kind = [d for d in whole if d.one_of_a_kind == (number % 2 == 0)]
        if not kind:
            break
        first = rng.choice(kind)
        others = [d for d in kind if d.work != first.work]
        if not others:
            break
        alike = max(_likeness(first, other) for other in others)
        pair = (first, rng.choice([d for d in others if _likeness(first, d) == alike]))
        whole = [d for d in whole if d not in pair]
        bundles.append(workshop.set_of(*pair))
    return bundles


def _likeness(first: Design, other: Design) -> int:
    """How well two designs go together: by their stone, then by their metal."""
    same_metal = first.variants[0].metal == other.variants[0].metal
    return 2 * (first.stone == other.stone) + same_metal


def _piece(design: Design, variant: Variant) -> Piece:
    return Piece(
        id=variant.piece,
        name=title(design, "shopify"),
        category=design.work.category,
        stone=design.stone.code,
        metal=variant.metal.code,
        weight_points=variant.points,
        one_of_a_kind=design.one_of_a_kind,
        on_hand=variant.on_hand,
    )


def _listing(design: Design, market: MarketName, typed: Typed) -> Listing:
    return Listing(
        market=market,
        title=title(design, market),
        description=description(design),
        tags=tags(design),
        category=design.work.category,
        materials=materials(design),
        units=tuple(_unit(design, variant, market, typed) for variant in design.variants),
    )


def _unit(design: Design, variant: Variant, market: MarketName, typed: Typed) -> Unit:
    miscount = typed.miscounts.get((market, variant.sku), 0)
    counted = (variant.on_hand[0] + miscount, *variant.on_hand[1:])
    return Unit(
        parts=variant.parts,
        sku=typed.sku(variant, market),
        options=options(design, variant, market),
        price_minor=variant.price_minor,
        stock=counted if market == "shopify" else (sum(counted),),
        tracked=market == "etsy" or variant.sku not in typed.untracked,
        sells_on=market == "shopify" and variant.sku in typed.sold_on,
    )
