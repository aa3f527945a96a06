"""Take a reading in: explain each figure a marketplace shows, or act on what is not explained."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror, offers
from peg.catalog.interrupted import unanswered
from peg.domain.identity import OfferId
from peg.domain.offer import ANYWHERE, Reading
from peg.intake import checks, covered_sales, sells_on, surprises
from peg.intake.brake import Brake
from peg.intake.desk import Desk
from peg.intake.doubts import Doubts
from peg.intake.judgement import TakenIn
from peg.intake.met import Met
from peg.intake.patience import Patience

Basis = Mapping[OfferId, Mapping[str, int]]
"""The mirror's versions when a reading began: a reading speaks only about those."""


async def basis_of(session: AsyncSession, wanted: Iterable[OfferId]) -> Basis:
    """Note the mirror's versions; call it before a reading begins."""
    known = await mirror.expected_of(session, list(wanted))
    return {
        offer: {place: row.version for place, row in rows.items()} for offer, rows in known.items()
    }


async def without_unanswered(session: AsyncSession, basis: Basis) -> Basis:
    """Leave out offers of which a write got no answer: a look reads the orders after them, too."""
    unheard = await unanswered(session)
    return {offer: versions for offer, versions in basis.items() if offer not in unheard}


async def not_sent(session: AsyncSession, noted: Iterable[OfferId], basis: Basis) -> Basis:
    """Note that a write of a whole listing was not sent; a reading begun at `basis` stays good.

    What was heard of an offer since then outdates the reading as before.
    """
    before = await basis_of(session, noted)
    for offer in before:
        await mirror.note_not_sent(session, offer, ANYWHERE)
    now = await basis_of(session, before)
    unheard = {offer: now[offer] for offer in now if before[offer] == basis.get(offer)}
    return {**basis, **unheard}


async def take_in_readings(
    session: AsyncSession,
    readings: Sequence[Reading],
    basis: Basis,
    *,
    patience: Patience,
    now: datetime,
) -> Sequence[TakenIn]:
    """Explain readings, and act on what nothing explains.

    Fewer pieces than expected become a suspense hold on all channels at once. More pieces are
    never believed on one reading. A piece that is back on sale though it was withdrawn (a ghost
    unit) is withdrawn again. Where very many offers changed at once nothing is believed.
    """
    known = await offers.by_refs(session, [reading.ref for reading in readings])
    silent = await sells_on.note(session, known, readings, now=now)
    keys = [offer.id for offer in known.values()]
    expected = await mirror.expected_of(session, keys)
    checked = await checks.waiting_among(session, keys)
    met = await surprises.of_offers(session, keys)
    brake = Brake(session, patience.many, now)
    taken: list[TakenIn] = []
    quiet: dict[OfferId, Reading] = {}
    settled: dict[OfferId, datetime] = {}
    for reading in readings:
        offer = known.get(reading.ref)
        if offer is None or offer.id not in basis or reading.ref in silent:
            continue
        doubts = Doubts(
            session=session,
            offer=offer,
            patience=patience,
            brake=brake,
            ahead=reading.clock_ahead,
            now=now,
        )
        desk = Desk(
            session=session,
            offer=offer,
            reading=reading,
            doubts=doubts,
            met=Met(session=session, brake=brake, lately=met.get(offer.id, ())),
            now=now,
        )
        rows, is_checked = expected.get(offer.id, {}), offer.id in checked
        one = await desk.take_in(rows, basis[offer.id], is_checked=is_checked)
        taken.append(one)
        if one.explained:
            quiet[offer.id] = reading
            if covered_sales.settles(reading, rows, patience, is_checked=is_checked):
                settled[offer.id] = reading.begun_at
    await mirror.note_settled(session, settled)
    await mirror.note_readings(session, quiet, now=now)
    await brake.tell()
    return taken
