"""How the jeweller words a design on each marketplace, within that marketplace's limits."""

from collections.abc import Iterable, Iterator
from math import pi

from marketsim.catalogue.designs import Design, Variant
from marketsim.catalogue.tables import PEARL
from marketsim.pieces import MarketName, Option

ETSY_TITLE_CHARS_MAX = 140
SHOPIFY_TITLE_CHARS_MAX = 90
PAIRS = ("EARR", "CUFF")
PEARL_MM3_PER_CARAT = 0.2 * 1_000 / 2.7
"""A carat is a fifth of a gram; cultured pearls weigh about 2.7 g to the cubic centimetre."""
TAG_CHARS_MAX = 20
TAGS_MAX = 13
FRACTIONS = {"5": " 1/2", "25": " 1/4", "75": " 3/4"}


def title(design: Design, market: MarketName) -> str:
    """A title in the marketplace's habit: short on Shopify, a list of search words on Etsy."""
    loose = design.work.category == "LOOS"
    gem = (_colour(design), _stone(design))
    what = " ".join(filter(None, ("Loose", *gem) if loose else (*gem, design.work.noun)))
    metal = _metal(design)
    if market == "shopify" and loose:
        return _joined_within(SHOPIFY_TITLE_CHARS_MAX, (what, _gem_size(design), design.name))
    if market == "shopify":
        return f"{design.name} {what}" + (f" in {metal}" if metal else "")
    return _joined_within(ETSY_TITLE_CHARS_MAX, (what, *_search_words(design, metal), design.name))


def description(design: Design) -> str:
    """What a buyer must know, treatment and care included."""
    lines = [f"{design.name}: {_one_or_many(design)}."]
    if design.stone.code != "NONE":
        sizes = " or ".join(dict.fromkeys(_size(design, v) for v in design.variants))
        lines.append(f"{design.shape.capitalize()} {_stone(design).lower()}, {sizes}.")
    if design.stone.treatment:
        lines.append(f"Treatment: {design.stone.treatment.lower()}.")
    if design.stone.care:
        lines.append(f"Care: {', '.join(design.stone.care)}.")
    if design.members:
        worn = (f"{m.work.noun.lower()} with {_stone(m) or 'no stone'}" for m in design.members)
        lines.append(f"It holds a {' and a '.join(worn)}.")
        skus = " and ".join(member.variants[0].sku for member in design.members)
        lines.append(f"This set is made of our pieces {skus}, which are also sold singly.")
    return "\n".join(lines)


def tags(design: Design) -> tuple[str, ...]:
    """At most 13 tags of at most 20 characters, none twice, none cut mid-word."""
    noun = design.work.noun.lower()
    stone = _stone(design).lower()
    gem_words = (
        f"{stone} {noun}",
        stone,
        f"{design.colour.lower()} {stone}",
        f"{design.shape} {stone}",
        *(f"{month.lower()} birthstone" for month in design.stone.birth_months),
    )
    wanted = [
        *(gem_words if stone else ()),
        noun,
        _metal(design).lower(),
        "one of a kind" if design.one_of_a_kind else "made to last",
        f"handmade {noun}",
        "gift for him" if design.work.category == "CUFF" else "gift for her",
        "fine jewelry",
        *(("gemstone jewelry",) if stone else ()),
        "anniversary gift",
    ]
    fitting = (tag.strip() for tag in wanted if 2 < len(tag.strip()) <= TAG_CHARS_MAX)
    return tuple(dict.fromkeys(fitting))[:TAGS_MAX]


def materials(design: Design) -> tuple[str, ...]:
    """Letters, digits and spaces only, as Etsy demands."""
    named = [variant.metal.name for variant in design.variants if variant.metal.code != "NONE"]
    if design.stone.code != "NONE":
        named.append(design.stone.name)
    plain = ("".join(c if c.isalnum() else " " for c in name) for name in named)
    return tuple(dict.fromkeys(" ".join(name.split()) for name in plain))


def options(design: Design, variant: Variant, market: MarketName) -> tuple[Option, ...]:
    """What tells the variant apart; ring sizes are decimals on Shopify and fractions on Etsy."""
    values = {
        "metal": ("Metal", _cased(variant.metal.name)),
        "size": ("Ring size", variant.size if market == "shopify" else fraction(variant.size)),
        "carat": ("Carat", carats(variant)),
    }
    return tuple(Option(name=values[by][0], value=values[by][1]) for by in design.varies_by)


def carats(variant: Variant) -> str:
    """The weight as jewellers write it: "1.52 ct"."""
    return f"{variant.points // 100}.{variant.points % 100:02} ct"


def millimetres(points: int) -> str:
    """A round pearl's diameter, by which pearls are sold.

    >>> millimetres(365)
    '8.0 mm'
    """
    return f"{(points / 100 * PEARL_MM3_PER_CARAT * 6 / pi) ** (1 / 3):.1f} mm"


def fraction(size: str) -> str:
    """A ring size as Etsy writes it.

    >>> fraction("6.5")
    '6 1/2'
    """
    whole, _, rest = size.partition(".")
    return whole + FRACTIONS.get(rest, "")


def _search_words(design: Design, metal: str) -> Iterator[str]:
    yield metal
    yield _gem_size(design)
    if design.variants[0].size and "size" not in design.varies_by:
        yield f"Size {fraction(design.variants[0].size)}"
    if design.one_of_a_kind:
        yield "One of a Kind"
    yield from (f"{month} Birthstone" for month in design.stone.birth_months)
    loose = design.work.category == "LOOS"
    yield "Gemstone for Jewelry Making" if loose else "Handmade Jewelry Gift"


def _gem_size(design: Design) -> str:
    """Weight and shape of the stone, where all variants have the same: "1.52 ct Oval"."""
    if design.stone.code == "NONE" or "carat" in design.varies_by:
        return ""
    return f"{_size(design, design.variants[0])} {design.shape.title()}"


def _size(design: Design, variant: Variant) -> str:
    """How large the stone is; of a pair, both stones together."""
    if design.stone.code == PEARL:
        return millimetres(variant.points // 2 if design.work.category in PAIRS else variant.points)
    return f"{carats(variant)}w" if design.work.category in PAIRS else carats(variant)


def _joined_within(chars_max: int, words: Iterable[str]) -> str:
    text = ""
    for word in filter(None, words):
        longer = f"{text}, {word}" if text else word
        text = longer if len(longer) <= chars_max else text
    return text


def _one_or_many(design: Design) -> str:
    noun = design.work.noun.lower()
    if design.one_of_a_kind and not design.varies_by:
        return f"a one-of-a-kind {noun}; there is exactly one"
    if design.one_of_a_kind:
        return f"a one-of-a-kind {noun}; choose your stone, each exists once"
    return f"a {noun} from our small workshop, made in small numbers"


def _metal(design: Design) -> str:
    metal = design.variants[0].metal
    return "" if "metal" in design.varies_by or metal.code == "NONE" else _cased(metal.name)


def _stone(design: Design) -> str:
    return "" if design.stone.code == "NONE" else design.stone.name


def _colour(design: Design) -> str:
    return _cased(design.colour)


def _cased(words: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in words.split())
