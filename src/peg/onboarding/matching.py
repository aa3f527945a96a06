"""Which offers are the same thing: by exact SKU; everything else is only proposed. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from peg.domain.errors import BadSku
from peg.domain.identity import Channel, OfferRef, Sku, fold_sku, parse_sku
from peg.domain.offer import RemoteOffer
from peg.onboarding.likeness import Likeness, likenesses

SLIP_CONFIDENCE = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One item, and the offers that sell it: at most one on each shop."""

    sku: Sku
    refs: tuple[OfferRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Two offers that may be the same thing; a person decides. `confidence` is 0 to 100."""

    shopify: OfferRef
    etsy: OfferRef
    confidence: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What can be said of all offers of all shops.

    Attributes:
        matches: certain; an item that stands on one shop only is one of them.
        proposals: not certain; the most confident first.
        duplicates: SKUs that several offers of one shop carry: reported, never guessed.
        untracked: offers whose stock the marketplace does not count.
        nameless: offers without a SKU that both marketplaces can carry, and without a proposal.
    """

    matches: Sequence[Match]
    proposals: Sequence[Proposal]
    duplicates: Mapping[str, Sequence[OfferRef]]
    untracked: Sequence[OfferRef]
    nameless: Sequence[OfferRef]


Pair = tuple[OfferRef, OfferRef]
"""A Shopify offer and an Etsy offer."""


def match(
    found: Iterable[RemoteOffer],
    *,
    mapped: AbstractSet[OfferRef] = frozenset(),
    rejected: AbstractSet[Pair] = frozenset(),
) -> Matching:
    """Match offers of any number of shops.

    Args:
        found: all offers of all shops.
        mapped: those whose item is known already: nothing is proposed for them.
        rejected: pairs that a person has said are two things.
    """
    offers = list(found)
    tracked = [offer for offer in offers if offer.tracked]
    duplicates = _duplicates(tracked)
    doubled = {ref for refs in duplicates.values() for ref in refs}
    clear = [offer for offer in tracked if offer.ref not in doubled]
    slips = [one for one in _slips(clear) if _open(one, mapped, rejected)]
    slipped = {ref for one in slips for ref in (one.shopify, one.etsy)}
    groups, unnamed = _by_exact_sku(clear)
    paired = {ref for refs in groups.values() if len(refs) > 1 for ref in refs}
    open_ = [offer for offer in clear if offer.ref not in paired and offer.ref not in slipped]
    alike = _alike([offer for offer in open_ if offer.ref not in mapped], rejected)
    proposals = sorted([*slips, *alike], key=lambda one: -one.confidence)
    waiting = {one.etsy for one in proposals}
    named = {sku: tuple(ref for ref in refs if ref not in waiting) for sku, refs in groups.items()}
    return Matching(
        matches=[Match(sku=sku, refs=refs) for sku, refs in sorted(named.items()) if refs],
        proposals=proposals,
        duplicates=duplicates,
        untracked=[offer.ref for offer in offers if not offer.tracked],
        nameless=[ref for ref in unnamed if ref not in waiting],
    )


def usable_sku(text: str) -> Sku | None:
    """The SKU as typed, if both marketplaces can carry it; slips are not mended here."""
    try:
        return parse_sku(text)
    except BadSku:
        return None


def _duplicates(offers: Sequence[RemoteOffer]) -> dict[str, list[OfferRef]]:
    times = Counter((offer.ref.shop, fold_sku(offer.sku)) for offer in offers if offer.sku.strip())
    found: dict[str, list[OfferRef]] = defaultdict(list)
    for offer in offers:
        if times[offer.ref.shop, fold_sku(offer.sku)] > 1:
            found[fold_sku(offer.sku)].append(offer.ref)
    return dict(found)


def _by_exact_sku(
    offers: Sequence[RemoteOffer],
) -> tuple[dict[Sku, list[OfferRef]], list[OfferRef]]:
    groups: dict[Sku, list[OfferRef]] = defaultdict(list)
    unnamed = []
    for offer in offers:
        sku = usable_sku(offer.sku)
        if sku is None:
            unnamed.append(offer.ref)
        else:
            groups[sku].append(offer.ref)
    return groups, unnamed


def _slips(offers: Sequence[RemoteOffer]) -> list[Proposal]:
    """Offers whose SKUs differ in nothing but case and spaces."""
    folded: dict[str, dict[Channel, RemoteOffer]] = defaultdict(dict)
    for offer in offers:
        if offer.sku.strip():
            folded[fold_sku(offer.sku)][offer.ref.channel] = offer
    proposals = []
    for sides in folded.values():
        shopify, etsy = sides.get(Channel.SHOPIFY), sides.get(Channel.ETSY)
        if shopify is None or etsy is None or (shopify.sku == etsy.sku and usable_sku(etsy.sku)):
            continue
        reason = f"the SKUs {shopify.sku!r} and {etsy.sku!r} differ only in case and spaces"
        proposals.append(
            Proposal(
                shopify=shopify.ref, etsy=etsy.ref, confidence=SLIP_CONFIDENCE, reasons=(reason,)
            )
        )
    return proposals


def _open(one: Proposal, mapped: AbstractSet[OfferRef], rejected: AbstractSet[Pair]) -> bool:
    return one.etsy not in mapped and (one.shopify, one.etsy) not in rejected


def _alike(offers: Sequence[RemoteOffer], rejected: AbstractSet[Pair]) -> list[Proposal]:
    """The best pairs by title, attributes and price; each offer stands in one pair at most.

    Two offers with usable SKUs that differ are two things: their owner has said so.
    """
    shopify = [offer for offer in offers if offer.ref.channel is Channel.SHOPIFY]
    etsy = [offer for offer in offers if offer.ref.channel is Channel.ETSY]
    return _best_pairs(
        one
        for one in likenesses(shopify, etsy)
        if not (usable_sku(one.shopify.sku) and usable_sku(one.etsy.sku))
        and (one.shopify.ref, one.etsy.ref) not in rejected
    )


def _best_pairs(found: Iterable[Likeness]) -> list[Proposal]:
    taken: set[OfferRef] = set()
    proposals = []
    for one in sorted(found, key=lambda one: (-one.confidence, one.shopify.ref, one.etsy.ref)):
        if one.shopify.ref in taken or one.etsy.ref in taken:
            continue
        taken |= {one.shopify.ref, one.etsy.ref}
        proposals.append(
            Proposal(
                shopify=one.shopify.ref,
                etsy=one.etsy.ref,
                confidence=one.confidence,
                reasons=one.reasons,
            )
        )
    return proposals
