"""What a piece is, as its options, title, SKU and materials tell, in this order.

Whoever types a title leaves out what its variants differ in, or names all of it; a SKU may be typed
wrong, or older than the last weighing. So each trait is taken from the first that tells it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from peg.domain.gem_sku import parse_gem_sku
from peg.domain.identity import fold_sku
from peg.domain.offer import RemoteOffer
from peg.onboarding.traits.measures import (
    Weight,
    bare_size,
    bare_weight,
    sizes_in,
    weights_in,
)
from peg.onboarding.traits.metals import metals_in
from peg.onboarding.traits.stones import stones_in
from peg.onboarding.traits.text import any_of, plain
from peg.onboarding.traits.words import GOLD_CODES, KINDS, METAL_CODES, STONE_CODES

SKU_OFF = 3
"""A stone that is weighed again keeps its SKU."""

_KIND = re.compile(rf"\b(?:{any_of(KINDS)})\b")
_GOLD_CODE = re.compile(r"(\d\d)(WG|YG|RG|TT)\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What is told of one piece; a set is empty where nothing is, and holds all where more is.

    Attributes:
        kind: what it is: a ring, earrings.
        metal: such as "white gold"; plain "gold" may be of any colour.
        karat: of its gold.
        stone: such as "sapphire".
        colour: of a stone, such as "sapphire blue".
        weight: of its stones.
        size: of a ring.
    """

    kind: frozenset[str] = frozenset()
    metal: frozenset[str] = frozenset()
    karat: frozenset[str] = frozenset()
    stone: frozenset[str] = frozenset()
    colour: frozenset[str] = frozenset()
    weight: frozenset[Weight] = frozenset()
    size: frozenset[str] = frozenset()

    def or_else(self, other: "Traits") -> "Traits":
        """Where this tells nothing of a trait, what the other tells."""
        return Traits(
            **{
                one.name: getattr(self, one.name) or getattr(other, one.name)
                for one in fields(self)
            }
        )


def traits_of(offer: RemoteOffer) -> Traits:
    """All that is told of an offer."""
    told = traits_told(offer.options, offer.title, offer.sku)
    if offer.attributes.get("materials"):
        metals = metals_in(plain(offer.attributes["materials"]))
        told = told.or_else(Traits(metal=metals.metals, stone=stones_in(metals.rest).stones))
    return told


def traits_told(options: Mapping[str, str], title: str, sku: str) -> Traits:
    """What its options, its title and its SKU tell of a piece."""
    told = Traits()
    for name, value in options.items():
        told = told.or_else(of_option(name, value))
    return told.or_else(_of_text(title)).or_else(_of_sku(sku))


def of_option(name: str, value: str) -> Traits:
    """What the value of an option tells; a bare number is what the option is called."""
    called, told = name.lower(), plain(value)
    found = _of_text(value)
    if "size" in called:
        found = found.or_else(Traits(size=bare_size(told)))
    if "carat" in called or "weight" in called:
        found = found.or_else(Traits(weight=bare_weight(told)))
    return found


def _of_text(text: str) -> Traits:
    metals = metals_in(plain(text))
    stones = stones_in(metals.rest)
    return Traits(
        kind=frozenset(KINDS[word] for word in _KIND.findall(metals.rest)),
        metal=metals.metals,
        karat=metals.karats,
        stone=stones.stones,
        colour=stones.colours,
        weight=weights_in(metals.rest),
        size=sizes_in(metals.rest),
    )


def _of_sku(sku: str) -> Traits:
    gem = parse_gem_sku(fold_sku(sku))
    if gem is None:
        return Traits()
    words = f"{_metal_words(gem.metal)}, {STONE_CODES.get(gem.stone, '')}"
    weights = {Weight(points=gem.points, off=SKU_OFF)} if gem.points else set()
    return _of_text(words).or_else(Traits(weight=frozenset(weights)))


def _metal_words(code: str) -> str:
    gold = _GOLD_CODE.match(code)
    if gold is None:
        return METAL_CODES.get(code, "")
    return f"{int(gold[1])}k {GOLD_CODES[gold[2]]} gold"
