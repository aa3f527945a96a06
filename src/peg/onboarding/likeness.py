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

from peg.domain.offer import RemoteOffer

CONFIDENCE_MIN = 70
CANDIDATES_MAX = 12
COMMON_SHARE = 0.2
"""A word that more than this share of the offers has tells nothing apart."""

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
    words = {id(offer): _words(offer) for offer in (*shopify, *etsy)}
    weights = _weights([words[id(offer)] for offer in shopify])
    index: dict[str, list[RemoteOffer]] = defaultdict(list)
    for offer in shopify:
        for word in words[id(offer)] & weights.keys():
            index[word].append(offer)
    for offer in etsy:
        for candidate in _candidates(words[id(offer)], index, weights):
            found = compare(candidate, offer)
            if found.confidence >= CONFIDENCE_MIN:
                yield found


def compare(shopify: RemoteOffer, etsy: RemoteOffer) -> Likeness:
    """Weigh title (60), attributes (25) and price (15); a contradicting attribute ends it."""
    title = 0.5 * (
        token_set_ratio(shopify.title.lower(), etsy.title.lower())
        + token_sort_ratio(shopify.title.lower(), etsy.title.lower())
    )
    same, other = _attributes(shopify, etsy)
    price, priced = _price(shopify, etsy)
    share = len(same) / (len(same) + len(other)) if same or other else 0.5
    confidence = 0.0 if other else 0.60 * title + 25 * share + 15 * price
    reasons = (
        f"titles are {title:.0f} % alike",
        *([f"same {', '.join(same)}"] if same else []),
        *([f"different {', '.join(other)}"] if other else []),
        priced,
    )
    return Likeness(shopify=shopify, etsy=etsy, confidence=round(confidence), reasons=reasons)


def _attributes(one: RemoteOffer, other: RemoteOffer) -> tuple[list[str], list[str]]:
    """Names of the attributes that both have: those with the same value, and the others."""
    mine, yours = _named(one), _named(other)
    shared = sorted(mine.keys() & yours.keys())
    same = [name for name in shared if mine[name] == yours[name]]
    return same, [name for name in shared if mine[name] != yours[name]]


def _named(offer: RemoteOffer) -> Mapping[str, str]:
    told = {**offer.attributes, **offer.options}
    return {
        name.strip().lower(): " ".join(_WORD.findall(value.lower()))
        for name, value in told.items()
        if value.strip() and value != "Default Title"
    }


def _price(one: RemoteOffer, other: RemoteOffer) -> tuple[float, str]:
    """1 for equal prices, 0 from a difference of a quarter on."""
    if one.price.currency != other.price.currency or not max(one.price.minor, other.price.minor):
        return 0.5, "prices cannot be compared"
    apart = abs(one.price.minor - other.price.minor) / max(one.price.minor, other.price.minor)
    words = "same price" if not apart else f"prices differ by {100 * apart:.0f} %"
    return max(0.0, 1 - 4 * apart), words


def _words(offer: RemoteOffer) -> frozenset[str]:
    told = " ".join((offer.title, *offer.options.values(), *offer.attributes.values()))
    return frozenset(_WORD.findall(told.lower()))


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
    for word in words & index.keys():
        for offer in index[word]:
            scores[id(offer)] += weights[word]
            offers[id(offer)] = offer
    best = sorted(scores, key=lambda key: (-scores[key], offers[key].ref))[:CANDIDATES_MAX]
    return [offers[key] for key in best]
