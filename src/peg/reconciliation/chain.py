"""The chain of signatures over comparisons: pure.

Each link signs its place in the chain, the signature before it, and a digest of what was found. So
nothing can be changed, left out or put in between without the key, and a link that was forgotten
by its age can be checked as well as one that is kept: its digest stands for what it said.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BEGINNING = "0" * 64
"""What stands for the signature before the first link."""

_DOMAIN = "peg comparison"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One comparison's place in the chain.

    Attributes:
        link: its place, from 1 on.
        former: the signature of the link before.
        digest: of all that the comparison found.
    """

    link: int
    former: str
    digest: str
    signature: str

    def is_signed_by(self, key: bytes) -> bool:
        """Whether the signature is that of the rest."""
        return hmac.compare_digest(
            self.signature, _signature(key, self.link, self.former, self.digest)
        )


@dataclass(frozen=True, slots=True)
class Broken:
    """The first link that is not as it was made, and how that shows."""

    link: int
    sentence: str


def next_link(key: bytes, last: Link | None, digest: str) -> Link:
    """What is signed behind the last link, or as the first one."""
    number = 1 if last is None else last.link + 1
    former = BEGINNING if last is None else last.signature
    signature = _signature(key, number, former, digest)
    return Link(link=number, former=former, digest=digest, signature=signature)


def digest_of(found: Mapping[str, Any]) -> str:
    """A digest of what a comparison found; the order of its keys says nothing."""
    text = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Check:
    """Follows the chain link by link, from the one that stands for all that were forgotten."""

    def __init__(self, key: bytes, anchor: Link | None) -> None:
        self._key = key
        self._anchored = 0 if anchor is None else anchor.link
        self._last = anchor

    def of_anchor(self) -> Broken | None:
        """What is wrong with where the chain begins."""
        if self._last is None or self._last.is_signed_by(self._key):
            return None
        return Broken(self._last.link, "where the kept part of the chain begins was changed")

    def of(self, found: Link, digest: str) -> Broken | None:
        """What is wrong with the next kept link, whose comparison says `digest` by now.

        A shop's newest comparison is kept while those around it are forgotten: such a one, from
        before the anchor, is checked by itself.
        """
        if found.link > self._anchored:
            if broken := self._out_of_place(found):
                return broken
            self._last = found
        if not found.is_signed_by(self._key):
            return Broken(found.link, "its signature is not ours: it was put in or changed")
        if found.digest != digest:
            return Broken(found.link, "what it found was changed after it was signed")
        return None

    def _out_of_place(self, found: Link) -> Broken | None:
        due = 1 if self._last is None else self._last.link + 1
        former = BEGINNING if self._last is None else self._last.signature
        if found.link != due:
            return Broken(due, "it is missing")
        if found.former != former:
            return Broken(found.link, "it was not signed behind the link before it")
        return None


def _signature(key: bytes, number: int, former: str, digest: str) -> str:
    said = "\n".join((_DOMAIN, str(number), former, digest))
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()
