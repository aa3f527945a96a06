"""The jeweller of the rehearsal: looks at the shelf and says which offers sell which pieces.

An import matches exact SKUs only, as it must; the rest it proposes or reports. A person then looks
at the pieces. Here that person knows the shelf from the practice marketplaces' control API.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.cli.demo.practice import Control
from peg.db.transaction import reading
from peg.domain.identity import Channel, Sku
from peg.ledger.order_lines import Component
from peg.wiring.engine import Engine
from peg.wiring.peg import Peg

Pieces = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What the person did: offers mapped by hand, and pieces that have no SKU in either shop."""

    mapped: int
    nameless: int


async def sort_out(peg: Peg, engine: Engine, control: Control) -> Sorted:
    """Map by hand every offer that stands for other pieces than PEG could know."""
    async with reading(peg.ground.database) as session:
        known = await offers.everything(session)
    truth = _truth((await control.read("units"))["units"])
    pieces = {offer.id: truth[key] for offer in known if (key := _key(offer)) in truth}
    names = _names((offer, pieces[offer.id]) for offer in known if offer.id in pieces)
    decider = peg.decider(engine)
    mapped = nameless = 0
    for offer in known:
        wanted = pieces.get(offer.id, ())
        if not wanted or any(piece not in names for piece, _ in wanted):
            nameless += 1
            continue
        parts = {names[piece]: count for piece, count in wanted}
        if _parts(offer.components) != parts:
            await decider.compose(offer.id, parts)
            mapped += 1
    return Sorted(mapped=mapped, nameless=nameless)


def _truth(units: Iterable[Mapping[str, Any]]) -> dict[tuple[str, ...], Pieces]:
    found: dict[tuple[str, ...], Pieces] = {}
    for unit in units:
        pieces = tuple(sorted(unit["pieces"].items()))
        if unit["market"] == "shopify":
            found["shopify", unit["unit"].rsplit("/", 1)[-1]] = pieces
        else:
            listing = unit["unit"].split("/")[0]
            found["etsy", listing, *sorted(_value(option) for option in unit["options"])] = pieces
    return found


def _key(offer: Offer) -> tuple[str, ...]:
    if offer.ref.channel is Channel.SHOPIFY:
        return "shopify", offer.ref.variant
    return "etsy", offer.ref.listing, *sorted(offer.options.values())


def _value(option: str) -> str:
    return option.partition(": ")[2]


def _names(shown: Iterable[tuple[Offer, Pieces]]) -> dict[str, Sku]:
    """Each piece's SKU, from an offer that sells one of it and nothing else."""
    found: dict[str, Sku] = {}
    for offer, pieces in shown:
        if len(pieces) == 1 and pieces[0][1] == 1 and len(offer.components) == 1:
            found.setdefault(pieces[0][0], offer.components[0].sku)
    return found


def _parts(components: Iterable[Component]) -> dict[Sku, int]:
    return {part.sku: part.quantity for part in components}
