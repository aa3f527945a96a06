"""Which offers are the same thing: by exact SKU; everything else is only proposed. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from peg.domain.identity import Channel, OfferRef, Sku, fold_sku, usable_sku
from peg.domain.offer import RemoteOffer
from peg.domain.proposal import Pair, Proposal
from peg.onboarding.likeness import Likeness, likenesses

SLIP_CONFIDENCE = 95
RIVAL_MARGIN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One item, and the offers that sell it: at most one on each shop."""

    sku: Sku
    refs: tuple[OfferRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What can be said of all offers of all shops.

    Attributes:
        matches: certain; an item that stands on one shop only is one of them.
        proposals: not certain; the most confident first.
        duplicates: SKUs that several offers of one shop carry: reported, never guessed.
        untracked: offers whose stock the marketplace does not count.
        nameless: offers without a SKU that both marketplaces can carry, and without a proposal.
        waiting: offers that are no piece of their own until every shop was read.
        hidden: the same until one offer was read, which they may be the twin of; by what it is
            called.
    """

    matches: Sequence[Match]
    proposals: Sequence[Proposal]
    duplicates: Mapping[str, Sequence[OfferRef]]
    untracked: Sequence[OfferRef]
    nameless: Sequence[OfferRef]
    waiting: Sequence[OfferRef] = ()
    hidden: Mapping[OfferRef, str] = field(default_factory=dict)


def match(
    found: Iterable[RemoteOffer],
    *,
    mapped: AbstractSet[OfferRef] = frozenset(),
    settled: AbstractSet[OfferRef] = frozenset(),
    rejected: AbstractSet[Pair] = frozenset(),
) -> Matching:
    """Match offers of any number of shops.

    Args:
        found: all offers of all shops.
        mapped: those whose item is known; two of them are one thing or two already.
        settled: those whose item is known to stand on both marketplaces: nothing is proposed for
            them.
        rejected: pairs that a person has said are two things.
    """
    offers = list(found)
    tracked = [offer for offer in offers if offer.tracked]
    duplicates = _duplicates(offers)
    doubled = {ref for refs in duplicates.values() for ref in refs}

    def open_(pair: Pair) -> bool:
        return pair not in rejected and not set(pair) <= mapped

    clear = [offer for offer in tracked if offer.ref not in doubled]
    slips = [one for one in _slips(clear) if open_((one.shopify, one.etsy))]
    groups, unnamed = _by_exact_sku(clear)
    done = {ref for refs in groups.values() if len(refs) > 1 for ref in refs}
    done |= {ref for one in slips for ref in (one.shopify, one.etsy)} | settled
    alike = _alike([offer for offer in tracked if offer.ref not in done], doubled, open_)
    proposals = sorted([*slips, *alike], key=lambda one: -one.confidence)
    waiting = {one.etsy for one in proposals}
    paired = waiting | {one.shopify for one in proposals}
    named = {sku: tuple(ref for ref in refs if ref not in waiting) for sku, refs in groups.items()}
    return Matching(
        matches=[Match(sku=sku, refs=refs) for sku, refs in sorted(named.items()) if refs],
        proposals=proposals,
        duplicates=duplicates,
        untracked=[offer.ref for offer in offers if not offer.tracked],
        nameless=[ref for ref in unnamed if ref not in paired],
    )


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


def _alike(
    offers: Sequence[RemoteOffer],
    doubled: AbstractSet[OfferRef],
    open_: Callable[[Pair], bool],
) -> list[Proposal]:
    """The best pairs by title, attributes and price; each offer stands in one pair at most.

    Two offers with usable SKUs that differ are two things: their owner has said so. A SKU that
    stands on several offers says nothing.
    """
    told = [replace(one, sku="") if one.ref in doubled else one for one in offers]
    shopify = [offer for offer in told if offer.ref.channel is Channel.SHOPIFY]
    etsy = [offer for offer in told if offer.ref.channel is Channel.ETSY]
    found = [
        one
        for one in likenesses(shopify, etsy)
        if open_((one.shopify.ref, one.etsy.ref))
        and not (_says(one.shopify, doubled) and _says(one.etsy, doubled))
    ]
    return _best_pairs(found, doubled)


def _says(offer: RemoteOffer, doubled: AbstractSet[OfferRef]) -> bool:
    """Whether its SKU says which piece it is."""
    return usable_sku(offer.sku) is not None and offer.ref not in doubled


def _best_pairs(found: Sequence[Likeness], doubled: AbstractSet[OfferRef]) -> list[Proposal]:
    taken: set[OfferRef] = set()
    proposals = []
    for one in sorted(found, key=lambda one: (-one.confidence, one.shopify.ref, one.etsy.ref)):
        pair = {one.shopify.ref, one.etsy.ref}
        if pair & taken or (pair & doubled and _has_rival(one, found)):
            continue
        taken |= pair
        proposals.append(
            Proposal(
                shopify=one.shopify.ref,
                etsy=one.etsy.ref,
                confidence=one.confidence,
                reasons=one.reasons,
            )
        )
    return proposals


def _has_rival(one: Likeness, found: Sequence[Likeness]) -> bool:
    """Whether another pair with one of the two is nearly as likely: then nothing is proposed."""
    return any(
        other is not one
        and other.confidence > one.confidence - RIVAL_MARGIN
        and (other.shopify.ref == one.shopify.ref or other.etsy.ref == one.etsy.ref)
        for other in found
    )
