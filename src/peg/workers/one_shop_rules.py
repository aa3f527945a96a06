"""Which pieces should be on one shop only, and on which. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from peg.domain.exposure import exceeds
from peg.domain.identity import OfferId, ShopId, Sku
from peg.reads.risks import Risk, Risks


@dataclass(frozen=True, slots=True)
class Alone:
    """A piece goes on being sold on `shop`; its `elsewhere` offers are off sale, sets with it."""

    shop: ShopId
    elsewhere: frozenset[OfferId]


def on_one_shop(found: Risks, most: Decimal) -> Mapping[Sku, Alone]:
    """The pieces of which the last one is expected to cost more than `most`.

    What is limited stays where it is, and also while too little was measured to tell: pieces that
    are on one shop only tell nothing any more.
    """
    kept: dict[Sku, ShopId] = {}
    sets = found.on_sale.sold_together()
    for risk in sorted(found.pieces, key=lambda one: one.only_on is None):
        theirs = {kept[sku] for sku in sets.get(risk.sku, ()) if sku in kept}
        shop = risk.only_on or _best(risk, theirs)
        if shop is not None and risk.available <= 1 and _is_too_much(risk, most):
            kept[risk.sku] = shop
    pieces = found.on_sale.pieces()
    return {
        sku: Alone(
            shop,
            frozenset(
                one.id for other, mine in pieces[sku].items() if other != shop for one in mine
            ),
        )
        for sku, shop in kept.items()
    }


def _is_too_much(risk: Risk, most: Decimal) -> bool:
    limited = risk.only_on is not None
    return limited if risk.cost is None else exceeds(risk.cost, most, limited=limited)


def _best(risk: Risk, theirs: Collection[ShopId]) -> ShopId | None:
    """Where it earns most; but where `theirs` are that it is a set with, or the set were nowhere.

    None where those are on several shops, or on one that does not sell this piece.
    """
    if not theirs:
        return risk.shops[0]
    return next((shop for shop in risk.shops if set(theirs) == {shop}), None)
