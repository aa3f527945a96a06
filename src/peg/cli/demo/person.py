"""The jeweller of the rehearsal: looks at the shelf and says which offers sell which pieces.

An import matches exact SKUs only, as it must; the rest it proposes or reports. A person then looks
at the pieces. Here that person knows the shelf from the practice marketplaces' control API.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peg.catalog import items, offers
from peg.catalog.items import Item
from peg.catalog.offers import Offer
from peg.cli.demo.practice import Control
from peg.cli.demo.units import Key, key_of_offer, key_of_unit
from peg.db.transaction import begin, reading
from peg.domain.identity import Sku
from peg.ledger import counter
from peg.ledger.line_meaning import Component
from peg.wiring.engine import Engine
from peg.wiring.peg import Peg

Pieces = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What the person did.

    Attributes:
        mapped: offers mapped by hand.
        labelled: pieces that were given a SKU of their own, and counted on the shelf.
        names: by piece, the SKU that it goes by.
    """

    mapped: int
    labelled: frozenset[str]
    names: Mapping[str, Sku]


async def sort_out(
    peg: Peg, engine: Engine, control: Control, *, undecided: Collection[str] = ()
) -> Sorted:
    """Map by hand every offer that stands for other pieces than PEG could know.

    A piece that no offer names, or that shares its typed SKU with another piece, gets a label of
    its own and is counted on the shelf. Of the pieces `undecided` nothing is said yet.
    """
    async with reading(peg.ground.database) as session:
        known = await offers.everything(session)
    truth = _truth((await control.read("units"))["units"])
    pieces = {offer.id: truth[key] for offer in known if (key := key_of_offer(offer)) in truth}
    names = _names((offer, pieces[offer.id]) for offer in known if offer.id in pieces)
    later = {((piece, 1),) for piece in undecided}
    everything = {piece for parts in pieces.values() for piece, _ in parts}
    nameless = sorted(everything - names.keys() - set(undecided))
    names |= {piece: Sku(piece.upper()) for piece in nameless}
    shelf = {row["piece"]: row for row in (await control.read("pieces"))["pieces"]}
    anew = {names[piece]: shelf[piece] for piece in nameless}
    await _label(peg, anew)
    await _count(peg, anew)
    decider = peg.decider(engine)
    mapped = 0
    for offer in known:
        if pieces.get(offer.id, ()) in later:
            continue
        wanted = {names[piece]: count for piece, count in pieces.get(offer.id, ())}
        if wanted and _parts(offer.components) != wanted:
            await decider.compose(offer.id, wanted, who="jeweller", sure=True)
            mapped += 1
    return Sorted(mapped=mapped, labelled=frozenset(nameless), names=names)


async def _label(peg: Peg, anew: Mapping[Sku, Mapping[str, Any]]) -> None:
    async with begin(peg.ground.database) as session:
        new = [
            Item(sku=sku, name=piece["name"], one_of_a_kind=piece["one_of_a_kind"])
            for sku, piece in anew.items()
        ]
        await items.open_all(session, new, now=peg.ground.clock.now())


async def _count(peg: Peg, anew: Mapping[Sku, Mapping[str, Any]]) -> None:
    async with begin(peg.ground.database) as session:
        for sku, piece in sorted(anew.items()):
            now = peg.ground.clock.now()
            await counter.count(session, sku, piece["remaining"], who="rehearsal", now=now)


def _truth(units: Iterable[Mapping[str, Any]]) -> dict[Key, Pieces]:
    return {key_of_unit(unit): tuple(sorted(unit["pieces"].items())) for unit in units}


def _names(shown: Iterable[tuple[Offer, Pieces]]) -> dict[str, Sku]:
    """Each piece's SKU, from an offer that sells one of it and nothing else.

    A SKU that was typed for several pieces names the one that most offers use it for.
    """
    uses = Counter(
        (offer.components[0].sku, pieces[0][0])
        for offer, pieces in shown
        if len(pieces) == 1 and pieces[0][1] == 1 and len(offer.components) == 1
    )
    owner: dict[Sku, str] = {}
    for (sku, piece), _ in sorted(uses.items(), key=lambda use: (-use[1], use[0])):
        owner.setdefault(sku, piece)
    return {piece: sku for sku, piece in owner.items()}


def _parts(components: Iterable[Component]) -> dict[Sku, int]:
    return {part.sku: part.quantity for part in components}
