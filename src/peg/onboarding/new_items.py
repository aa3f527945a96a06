"""What an item is, told by the offers that sell it. Pure."""

from collections.abc import Sequence

from peg.catalog.items import Item
from peg.domain.gem_sku import parse_gem_sku
from peg.domain.identity import Sku
from peg.domain.offer import RemoteOffer

ONE_OF_A_KIND = frozenset({"one of a kind", "one-of-a-kind", "ooak", "unique"})


def item_of(sku: Sku, sold_as: Sequence[RemoteOffer]) -> Item:
    """The item that these offers sell."""
    first = min(sold_as, key=lambda remote: remote.ref)
    return Item(
        sku=sku,
        name=first.name,
        one_of_a_kind=_one_of_a_kind(sold_as),
        kind=_kind(sku),
    )


def _kind(sku: Sku) -> str:
    """The category that a SKU names, for rules and thresholds; blank for one that names none."""
    gem = parse_gem_sku(sku)
    return gem.category if gem else ""


def _one_of_a_kind(sold_as: Sequence[RemoteOffer]) -> bool:
    """As its owner tagged it; else what no shop shows more than one of.

    Wrongly so costs a question when more come in; wrongly not, a piece sold that is not there.
    """
    if any(tag.strip().lower() in ONE_OF_A_KIND for remote in sold_as for tag in remote.tags):
        return True
    figures = [part.available for remote in sold_as for part in remote.reading.parts.values()]
    return max(figures, default=0) <= 1
