"""A small part of Etsy's seller taxonomy and its properties, as fixtures.

Ids of leaves and properties are as seen live in 2026; those of the nodes above them and of values
nobody noted are the practice shop's own. A client fetches them, and never relies on these.
"""

from dataclasses import dataclass
from functools import cache

OWN_IDS = 900_000

RING_SIZE = 54142602013
CUSTOM_1, CUSTOM_2 = 513, 514
US_SIZES = 20
RING_SCALES = {20: "US/CA", 21: "UK/AU", 22: "FR", 23: "DE"}
_KNOWN_SIZES = {
    "6": 1525,
    "6 1/2": 1536,
    "7": 1542,
    "7 1/4": 1548,
    "7 1/2": 1551,
    "10 1/2": 1604,
}
_LEAVES = (
    (1229, "Jewelry", "Necklaces", "Pendant Necklaces"),
    (1221, "Jewelry", "Necklaces", "Chains"),
    (1222, "Jewelry", "Necklaces", "Charm Necklaces"),
    (1195, "Jewelry", "Bracelets", "Beaded Bracelets"),
    (1196, "Jewelry", "Bracelets", "Chain & Link Bracelets"),
    (1214, "Jewelry", "Earrings", "Stud Earrings"),
    (1233, "Jewelry", "Rings", "Fraternal & Class Rings"),
    (1238, "Jewelry", "Rings", "Solitaire Rings"),
    (1240, "Jewelry", "Rings", "Statement Rings"),
    (6102, "Jewelry", "Jewelry Storage", "Jewelry Boxes"),
    (1201, "Accessories", "Pins & Clips", "Brooches"),
    (57, "Accessories", "Suit & Tie Accessories", "Cuff Links & Tie Clips"),
    (1158, "Spirituality & Religion", "Prayer Beads & Charms", "Metaphysical Crystals"),
    (1893, "Home Decor", "Home Accents", "Rocks & Geodes"),
)
_PARENTS: dict[tuple[str, ...], int] = {("Jewelry", "Necklaces"): 1217}

TAXONOMY_OF = {
    "RING": 1240,
    "ENGR": 1238,
    "BAND": 1233,
    "NECK": 1221,
    "PEND": 1229,
    "CHRM": 1222,
    "EARR": 1214,
    "BRAC": 1196,
    "ANKL": 1196,
    "BROO": 1201,
    "BODY": 1217,
    "JSET": 1217,
    "CUFF": 57,
    "LOOS": 1158,
    "MINL": 1893,
}
"""Where the practice seller files each category of the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One place in the tree."""

    id: int
    name: str
    path: tuple[int, ...]
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value that a property offers."""

    id: int
    name: str
    scale_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property of a node."""

    id: int
    name: str
    choices: tuple[Choice, ...]
    scales: tuple[int, ...] = ()
    for_attributes: bool = True
    for_variations: bool = False
    values_max: int | None = None


def _numbered(first: int, names: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(id=first + index, name=name) for index, name in enumerate(names))


def _sizes() -> tuple[Choice, ...]:
    quarters = ("", " 1/4", " 1/2", " 3/4")
    names = [f"{whole}{quarter}" for whole in range(3, 14) for quarter in quarters]
    return tuple(
        Choice(id=_KNOWN_SIZES.get(name, OWN_IDS + 2_000 + index), name=name, scale_id=US_SIZES)
        for index, name in enumerate(names)
    )


_MATERIALS = (
    ("Gold", 5261),
    ("Yellow gold", 139),
    ("White gold", 285),
    ("Rose gold", 230),
    ("Silver", 246),
    ("Sterling silver", 5113),
    ("Platinum", 208),
    ("Palladium", 2536),
)
_PURITIES = (
    ("9k", 5102),
    ("10k", 5103),
    ("14k", 5111),
    ("18k", 5109),
    ("20k", 5107),
    ("22k", 5106),
    ("24k", 5110),
)
_GEMSTONES = ("Amethyst", "Aquamarine", "Citrine", "Diamond", "Emerald", "Garnet", "Opal", "Ruby")
EVERYWHERE = (
    Property(
        id=102868018123,
        name="Gemstone",
        choices=(Choice(id=4535, name="Agate"), *_numbered(OWN_IDS + 1_000, _GEMSTONES)),
        values_max=5,
    ),
    Property(
        id=148789511893,
        name="Materials",
        choices=tuple(Choice(id=number, name=name) for name, number in _MATERIALS),
        values_max=5,
    ),
    Property(
        id=570246213609,
        name="Gold purity",
        choices=tuple(Choice(id=number, name=name) for name, number in _PURITIES),
    ),
    Property(
        id=570246213608,
        name="Gold solidity",
        choices=(Choice(id=5105, name="Solid gold"), Choice(id=5112, name="Gold vermeil")),
    ),
    Property(
        id=200,
        name="Primary color",
        choices=_numbered(OWN_IDS + 1_100, ("Black", "Blue", "Green", "Red", "White", "Yellow")),
        for_variations=True,
    ),
)
FOR_RINGS = Property(
    id=RING_SIZE,
    name="Ring size",
    choices=_sizes(),
    scales=tuple(RING_SCALES),
    for_variations=True,
)


@cache
def roots() -> tuple[Node, ...]:
    """The whole tree."""
    return _grown((), tuple((leaf[1:], leaf[0]) for leaf in _LEAVES))


@cache
def nodes() -> dict[int, Node]:
    """Every node by its id."""
    found: dict[int, Node] = {}
    waiting = list(roots())
    while waiting:
        node = waiting.pop()
        found[node.id] = node
        waiting.extend(node.children)
    return found


def properties_of(taxonomy_id: int) -> tuple[Property, ...]:
    """What listings filed there can say of themselves."""
    names = {nodes()[number].name for number in nodes()[taxonomy_id].path}
    if "Rings" in names:
        return (*EVERYWHERE, FOR_RINGS)
    return EVERYWHERE if "Jewelry" in names else EVERYWHERE[:1]


def property_of(taxonomy_id: int, property_id: int) -> Property | None:
    """One of them."""
    return next((p for p in properties_of(taxonomy_id) if p.id == property_id), None)


def _grown(
    above: tuple[int, ...],
    paths: tuple[tuple[tuple[str, ...], int], ...],
    names_above: tuple[str, ...] = (),
) -> tuple[Node, ...]:
    """The nodes directly below, in the order of first mention."""
    grown = []
    for name in dict.fromkeys(path[0] for path, _ in paths):
        below = tuple((path[1:], number) for path, number in paths if path[0] == name)
        leaf = next((number for path, number in below if not path), None)
        names = (*names_above, name)
        number = leaf or _PARENTS.get(names) or _own_number(names)
        path = (*above, number)
        deeper = tuple(each for each in below if each[0])
        grown.append(Node(id=number, name=name, path=path, children=_grown(path, deeper, names)))
    return tuple(grown)


def _own_number(names: tuple[str, ...]) -> int:
    every = dict.fromkeys(leaf[1 : 1 + depth] for leaf in _LEAVES for depth in (1, 2))
    return OWN_IDS + list(every).index(names)
