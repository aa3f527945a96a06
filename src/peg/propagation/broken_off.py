"""A write that stumbled after it was sent: nobody knows what became of it, and that is noted."""

from collections.abc import Sequence

import structlog

from peg.catalog.interrupted import note_interrupted
from peg.db.engine import Database
from peg.db.errors import DatabaseUnavailable
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.domain.identity import OfferId

log = structlog.get_logger()

AGAIN_S = 1.0


async def note_broken_off(database: Database, clock: Clock, wanted: Sequence[OfferId]) -> None:
    """Note it of these offers, however long the database cannot be written.

    That may be what the write stumbled over. Left under way in the book, nothing would be sent to
    them, and no reading of them believed, until PEG was begun anew.
    """
    said = False
    while True:
        try:
            async with begin(database) as session:
                await note_interrupted(session, wanted)
        except DatabaseUnavailable as error:
            if not said:
                log.warning("write.not_noted_yet", offers=list(wanted), why=str(error))
            said = True
            await clock.sleep(AGAIN_S)
        else:
            return
