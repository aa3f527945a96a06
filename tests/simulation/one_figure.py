"""Products of one Etsy listing with one SKU show one figure: the lowest of what lies there.

That is Etsy's rule, and the owner's slip: PEG says so and shows the lowest, as it should.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tests.simulation.stage import Stage

from marketsim.pieces import PieceId


def shows_the_lowest(stage: Stage, skus: Collection[str]) -> bool:
    """Whether an Etsy product that takes these items shows the lowest figure of its fellows."""
    wanted = {piece for piece, sku in stage.names.items() if sku in skus}
    truth = stage.world.truth
    for product, fellows in _with_fellows(stage):
        if len(fellows) > 1 and {piece for piece, _ in product["parts"]} == wanted:
            lowest = min(truth.allowed(_parts(one)) for one in fellows)
            return bool(product["buyable"] == lowest)
    return False


def _with_fellows(stage: Stage) -> Iterator[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    for listing in stage.world.market("etsy").truth()["listings"]:
        for product in listing["products"]:
            fellows = [one for one in listing["products"] if one["sku"] == product["sku"]]
            yield product, fellows if product["sku"] else [product]


def _parts(product: Mapping[str, Any]) -> tuple[tuple[PieceId, int], ...]:
    return tuple((PieceId(piece), count) for piece, count in product["parts"])
