"""What Etsy allows in titles, tags and materials.

Letters and marks go by Unicode category, as in Etsy's own patterns: L letters, Nd digits, P
punctuation, Sm mathematical signs, Zs spaces.
"""

import unicodedata
from collections.abc import Sequence

from marketsim.etsy.refusals import bad

TITLE_CHARS_MAX = 140
ONLY_ONCE = "%:&+"
TAGS_MAX = 13
TAG_CHARS_MAX = 20
MATERIALS_MAX = 13
MATERIAL_CHARS_MAX = 45
TRADE_MARKS = "™©®"


def check_title(title: str) -> None:
    """Not empty, not too long, only allowed characters.

    Raises:
        Refusal: it is not so.
    """
    if not 0 < len(title) <= TITLE_CHARS_MAX:
        raise bad(f"Title must have 1 to {TITLE_CHARS_MAX} characters (got {len(title)})")
    _check_characters("Title", title, letters=("L", "Nd", "P", "Sm", "Zs"), marks=TRADE_MARKS)
    for mark in ONLY_ONCE:
        if title.count(mark) > 1:
            raise bad(f"Title may use {mark} only once")


def check_tags(tags: Sequence[str]) -> None:
    """At most 13, each short, none twice."""
    if len(tags) > TAGS_MAX:
        raise bad(f"A listing has at most {TAGS_MAX} tags (got {len(tags)})")
    if len({tag.casefold() for tag in tags}) != len(tags):
        raise bad("A tag is given twice")
    for tag in tags:
        if not 0 < len(tag) <= TAG_CHARS_MAX:
            raise bad(f"A tag has 1 to {TAG_CHARS_MAX} characters: {tag}")
        _check_characters("Tag", tag, letters=("L", "Nd", "Zs"), marks=f"-'{TRADE_MARKS}")


def check_materials(materials: Sequence[str]) -> None:
    """At most 13; letters, digits and spaces."""
    if len(materials) > MATERIALS_MAX:
        raise bad(f"A listing has at most {MATERIALS_MAX} materials")
    for material in materials:
        if not 0 < len(material) <= MATERIAL_CHARS_MAX:
            raise bad(f"A material has 1 to {MATERIAL_CHARS_MAX} characters: {material}")
        _check_characters("Material", material, letters=("L", "Nd", "Zs"), marks="")


def _check_characters(what: str, text: str, *, letters: tuple[str, ...], marks: str) -> None:
    for character in text:
        if not unicodedata.category(character).startswith(letters) and character not in marks:
            raise bad(f"{what} has a character that is not allowed: {character!r}")
