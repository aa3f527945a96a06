"""How alike two offers are, from their words, attributes and price. Pure.

Comparing everything with everything would take minutes for ten thousand offers; so only offers
that share rare words are compared.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import token_set_ratio, token_sort_ratio
from rapidfuzz.utils import default_process

from peg.domain.offer import RemoteOffer
from peg.onboarding.traits.contrast import Contrast, Said, contrasts
from peg.onboarding.traits.telling import Traits, of_option, traits_of
from peg.onboarding.traits.text import plain

CONFIDENCE_MIN = 70
CANDIDATES_MAX = 12
COMMON_SHARE = 0.2
"""A word that more than this share of the offers has tells nothing apart."""

_SUBSET = 0.75
"""One title is often the other one with more words of search: so much does that count."""

_PER_TRAIT = 0.6
"""What each trait that is the same leaves of the doubt about the others."""

_WORD = re.compile(r"[a-z0-9]+(?:[./][0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Two offers, how sure it is (0 to 100) that they are the same thing, and why."""

    shopify: RemoteOffer
    etsy: RemoteOffer
    confidence: int
    reasons: tuple[str, ...]


def likenesses(shopify: Sequence[RemoteOffer], etsy: Sequence[RemoteOffer]) -> Iterator[Likeness]:
    """Pairs that are worth asking about."""
    told = {id(offer): _Told.of(offer) for offer in (*shopify, *etsy)}
    words = {key: _words(one) for key, one in told.items()}
    weights = _weights([words[id(offer)] for offer in shopify])
    index: dict[str, list[RemoteOffer]] = defaultdict(list)
    for offer in shopify:
        for word in sorted(words[id(offer)] & weights.keys()):
            index[word].append(offer)
    for offer in etsy:
        for candidate in _candidates(words[id(offer)], index, weights):
            found = _compare(told[id(candidate)], told[id(offer)])
            if found.confidence >= CONFIDENCE_MIN:
                yield found


def compare(shopify: RemoteOffer, etsy: RemoteOffer) -> Likeness:
    """Weigh title (55), what is told of the piece (30) and price (15); a contradiction ends it."""
    return _compare(_Told.of(shopify), _Told.of(etsy))


@dataclass(frozen=True, slots=True)
class _Told:
    """An offer, and what its words say of the piece: read once, compared often."""

    offer: RemoteOffer
    title: str
    traits: Traits
    options: Mapping[str, str]

    @classmethod
    def of(cls, offer: RemoteOffer) -> "_Told":
        others = {
            name.strip().lower(): " ".join(_WORD.findall(plain(value)))
            for name, value in offer.options.items()
            if value.strip() and value != "Default Title" and of_option(name, value) == Traits()
        }
        return cls(offer, default_process(offer.title), traits_of(offer), others)


def _compare(shopify: _Told, etsy: _Told) -> Likeness:
    title = _SUBSET * token_set_ratio(shopify.title, etsy.title) + (1 - _SUBSET) * token_sort_ratio(
        shopify.title, etsy.title
    )
    found = [*contrasts(shopify.traits, etsy.traits), *_options(shopify.options, etsy.options)]
    same = [one for one in found if one.said is Said.SAME]
    other = [one for one in found if one.said is Said.DIFFERENT]
    price, priced = _price(shopify.offer, etsy.offer)
    told = 1 - 0.5 * _PER_TRAIT ** len(same)
    confidence = 0.0 if other else 0.55 * title + 30 * told + 15 * price
    reasons = (
        f"titles are {title:.0f} % alike",
        *(f"same {one.trait}" for one in same),
        *(f"different {one.trait}: {one.words}" for one in other),
        priced,
    )
    return Likeness(
        shopify=shopify.offer, etsy=etsy.offer, confidence=round(confidence), reasons=reasons
    )


def _options(one: Mapping[str, str], other: Mapping[str, str]) -> Iterator[Contrast]:
    """What else both let a buyer choose by the same name, such as the length of a chain."""
    for name in sorted(one.keys() & other.keys()):
        said = Said.SAME if one[name] == other[name] else Said.DIFFERENT
        yield Contrast(name, said, f"{one[name]} and {other[name]}")


def _price(one: RemoteOffer, other: RemoteOffer) -> tuple[float, str]:
    """1 for equal prices, 0 where they differ by a quarter, -1 from a half on."""
    if one.price.currency != other.price.currency or not max(one.price.minor, other.price.minor):
        return 0.5, "prices cannot be compared"
    apart = abs(one.price.minor - other.price.minor) / max(one.price.minor, other.price.minor)
    words = "same price" if not apart else f"prices differ by {100 * apart:.0f} %"
    return max(-1.0, 1 - 4 * apart), words


def _words(told: _Told) -> frozenset[str]:
    """Its words, and its size and metal as they are compared, however they are spelled."""
    offer, traits = told.offer, told.traits
    text = " ".join((offer.title, *offer.options.values(), *offer.attributes.values()))
    spelled = (f"size {size}" for size in traits.size)
    return frozenset(_WORD.findall(text.lower())) | traits.metal | frozenset(spelled)


def _weights(documents: Sequence[frozenset[str]]) -> Mapping[str, float]:
    """Rare words weigh more; common ones are left out."""
    times = Counter(word for words in documents for word in words)
    too_common = max(25.0, COMMON_SHARE * len(documents))
    return {
        word: math.log(1 + len(documents) / seen)
        for word, seen in times.items()
        if seen <= too_common
    }


def _candidates(
    words: frozenset[str],
    index: Mapping[str, Sequence[RemoteOffer]],
    weights: Mapping[str, float],
) -> Sequence[RemoteOffer]:
    scores: dict[int, float] = defaultdict(float)
    offers: dict[int, RemoteOffer] = {}
    for word in sorted(words & index.keys()):  # sums of floats depend on their order
        for offer in index[word]:
            scores[id(offer)] += weights[word]
            offers[id(offer)] = offer
    best = sorted(scores, key=lambda key: (-scores[key], offers[key].ref))[:CANDIDATES_MAX]
    return [offers[key] for key in best]
