"""What a careful jeweller does once after the import: counts the shelf where the book is wrong.

A figure that one shop alone shows, and shows wrongly, nobody can know to be wrong: it is no fault
of PEG's, and would hide those that are.
"""

from collections.abc import Collection, Mapping

from peg.cli.demo.practice import Control
from peg.db.transaction import begin, reading
from peg.domain.identity import LocationId, Sku
from peg.ledger import counter, questions
from peg.ledger.pieces_asked import DISAGREES
from peg.ledger.queries import levels_of
from peg.wiring.peg import Peg


async def take_stock(
    peg: Peg, control: Control, names: Mapping[str, Sku], *, leave: Collection[str] = ()
) -> None:
    """Correct the fullest place of each piece of which the book knows too many or too few.

    Those to `leave` are the owner's to answer for, in the course of the day.
    """
    lie = {row["piece"]: row["remaining"] for row in (await control.read("pieces"))["pieces"]}
    async with reading(peg.ground.database) as session:
        known = await levels_of(session, sorted(names.values()))
    for piece, sku in sorted(names.items()):
        places = {place: level.on_hand for place, level in known.get(sku, {}).items()}
        unsold = sum(level.on_hand - level.committed for level in known.get(sku, {}).values())
        wrong = lie[piece] - unsold
        if wrong and places and piece not in leave:
            await _count(peg, sku, places, wrong)


async def asked_pieces(peg: Peg, names: Mapping[str, Sku]) -> set[str]:
    """Pieces of which the shops showed different figures, so that somebody is asked."""
    async with reading(peg.ground.database) as session:
        asked = {one.subject for one in await questions.open_questions(session, DISAGREES)}
    return {piece for piece, sku in names.items() if sku in asked}


async def _count(peg: Peg, sku: Sku, places: Mapping[LocationId, int], wrong: int) -> None:
    fullest = max(places, key=lambda place: (places[place], place))
    async with begin(peg.ground.database) as session:
        await counter.count(
            session,
            sku,
            max(0, places[fullest] + wrong),
            who="jeweller",
            location=fullest,
            now=peg.ground.clock.now(),
        )
