"""Texts as they are searched: small letters, no hyphens, fractions and decimals in one spelling."""

import re
from collections.abc import Iterable

GAP = " | "
"""Stands for words that were understood already, so that nothing is read across them."""

_SPELLINGS = {"¼": " 1/4", "½": " 1/2", "¾": " 3/4", "\u2019": "'", "-": " ", "\u2013": " "}
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}\s?ct)")


def plain(text: str) -> str:
    """A text to search in."""
    spelled = text.lower()
    for written, meant in _SPELLINGS.items():
        spelled = spelled.replace(written, meant)
    return " ".join(_DECIMAL_COMMA.sub(".", spelled).split())


def any_of(words: Iterable[str]) -> str:
    """A pattern for one of these words or phrases, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
