"""What a careful jeweller does once after the import: counts the shelf where the book is wrong.

A figure that one shop alone shows, and shows wrongly, nobody can know to be wrong: it is no fault
of PEG's, and would hide those that are.
"""

from collections.abc import Mapping

from peg.cli.demo.practice import Control
from peg.db.transaction import begin, reading
from peg.domain.identity import LocationId, Sku
from peg.ledger import counter
from peg.ledger.queries import levels_of
from peg.wiring.peg import Peg


async def take_stock(peg: Peg, control: Control, names: Mapping[str, Sku]) -> None:
    """Correct the fullest place of each piece of which the book knows too many or too few."""
    lie = {row["piece"]: row["remaining"] for row in (await control.read("pieces"))["pieces"]}
    async with reading(peg.ground.database) as session:
        known = await levels_of(session, sorted(names.values()))
    for piece, sku in sorted(names.items()):
        places = {place: level.on_hand for place, level in known.get(sku, {}).items()}
        wrong = lie[piece] - sum(places.values())
        if wrong and places:
            await _count(peg, sku, places, wrong)


async def _count(peg: Peg, sku: Sku, places: Mapping[LocationId, int], wrong: int) -> None:
    fullest = max(places, key=lambda place: (places[place], place))
    async with begin(peg.ground.database) as session:
        await counter.count(
            session,
            sku,
            places[fullest] + wrong,
            who="jeweller",
            location=fullest,
            now=peg.ground.clock.now(),
        )
