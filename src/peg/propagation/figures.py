"""Drive offers of a marketplace that compares and sets each figure by itself (Shopify)."""

from collections.abc import Mapping, Sequence
from random import Random

from peg.catalog import mirror, offers
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import OfferId, OfferRef, ShopId
from peg.intake import surprises
from peg.intake.looking import Lookout
from peg.marketplaces.port import MarketplaceError, Result, Shown, Write
from peg.marketplaces.writers import ConditionalWriter
from peg.propagation import board, refusals
from peg.propagation.attempts import begin_attempt, end_attempt, new_key, record_write
from peg.propagation.board import Group, Standing
from peg.propagation.broken_off import note_broken_off
from peg.propagation.evidence import Proof
from peg.propagation.figure_plans import Planned, PlannedWrite, plans_of, still_planned
from peg.propagation.forbidden import note_outcomes
from peg.propagation.outcomes import ANOTHER_WRITE, DELETED, HELD, MAY_RETURN, UNPROVED
from peg.propagation.pauses import stopped
from peg.propagation.planning import Move
from peg.propagation.proof import Prover
from peg.propagation.pushed import DecidedOn, tell_pushed
from peg.propagation.reversals import heed

WRITES_PER_CALL_MAX = 250
WAIT_FOR_RETURN_S = 2.0
UNDER_WAY_S = 0.3
HELD_S = 30.0

NOTHING_PROVED: Mapping[OfferId, Proof] = {}


class FigurePusher:
    """Pushes one shop's figures: decreases at once and together, raises with their proof."""

    def __init__(
        self,
        shop: ShopId,
        writer: ConditionalWriter,
        database: Database,
        clock: Clock,
        rng: Random,
        *,
        lookout: Lookout,
        prover: Prover,
    ) -> None:
        self._shop = shop
        self._writer = writer
        self._database = database
        self._clock = clock
        self._rng = rng
        self._lookout = lookout
        self._prover = prover

    async def groups(self, dirty: Sequence[Standing]) -> Sequence[Group]:
        """All together: one call changes up to 250 figures."""
        return [Group(offers=dirty)] if dirty else []

    async def lower(self, group: Group) -> Sequence[Standing]:
        """Send every decrease of the group, and before all else; what is left needs a raise."""
        planned = await self._plan([standing.offer for standing in group.offers])
        await self._send([one for one in planned if one.plan.move is Move.LOWER])
        await self._note_shown([one for one in planned if one.plan.move is Move.NONE])
        await self._look([one for one in planned if one.plan.move is Move.LOOK])
        under_way = [one for one in planned if one.plan.move is Move.UNDER_WAY]
        await self._later(under_way, ANOTHER_WRITE, wait_s=UNDER_WAY_S)
        await self._wait([one for one in planned if one.plan.move is Move.WAIT])
        held = [one for one in planned if one.plan.move is Move.HELD]
        await self._later(held, HELD, wait_s=HELD_S)
        there = {one.offer.id for one in planned}
        await self._put_off([one for one in group.offers if one.offer not in there], DELETED)
        return [one.standing for one in planned if one.plan.move is Move.RAISE]

    async def raise_(self, dirty: Sequence[Standing]) -> None:
        """Prove and send the raises among `dirty`; what is unproved is tried again later."""
        wanted = [standing.offer for standing in dirty]
        proved = await self._prover.prove(wanted)
        planned = await self._plan(wanted)
        raises = [one for one in planned if one.plan.move is Move.RAISE]
        good = {key for key, proof in proved.items() if proof.is_good(self._clock.now())}
        await self._send([one for one in raises if one.offer.id in good], proved)
        await self._later([one for one in raises if one.offer.id not in good], UNPROVED)

    async def _plan(self, wanted: Sequence[OfferId]) -> Sequence[Planned]:
        async with reading(self._database) as session:
            return await plans_of(session, wanted)

    async def _send(
        self, planned: Sequence[Planned], proved: Mapping[OfferId, Proof] = NOTHING_PROVED
    ) -> None:
        writes = [(one, write) for one in planned for write in one.plan.writes]
        for start in range(0, len(writes), WRITES_PER_CALL_MAX):
            await self._send_batch(writes[start : start + WRITES_PER_CALL_MAX], proved)

    async def _send_batch(
        self, batch: Sequence[PlannedWrite], proved: Mapping[OfferId, Proof]
    ) -> None:
        key = new_key(self._rng)
        async with begin(self._database) as session:
            if await stopped(session, self._shop) is not None:
                return  # it stays due, and is found again when writes may go
            if proved:
                batch = await still_planned(session, batch, now=self._clock.now())
            if not batch:
                return
            writes = [write for _, write in batch]
            proof = {one.offer.id: proved[one.offer.id] for one, _ in batch if proved}
            await begin_attempt(
                session, key, self._shop, writes, proof=proof, now=self._clock.now()
            )
            for one, write in batch:
                await mirror.note_sending(
                    session, one.offer.id, write.place, write.quantity, now=self._clock.now()
                )
        planned = {one.offer.ref: one for one, _ in batch}
        try:
            results = await self._answers(batch, key)
            doubtful = await self._record(key, planned, writes, results)
        except Exception:
            offers_sent = [one.offer.id for one, _ in batch]
            await note_broken_off(self._database, self._clock, offers_sent)
            raise
        self._tell(key, planned, batch, results)
        refused = [result for result in results if result.shown is Shown.REFUSED]
        fresh = [one for result in refused if not (one := planned[result.ref]).standing.refused_at]
        await self._look([*doubtful, *fresh])
        await self._note_refused(planned, refused)
        sent = [result.ref for result in results if result.shown in {Shown.SENT, Shown.ALREADY}]
        await self._settle([planned[ref].offer.id for ref in sent])

    async def _answers(self, batch: Sequence[PlannedWrite], key: str) -> Sequence[Result]:
        writes = [write for _, write in batch]
        try:
            return await self._writer.compare_and_set(writes, key=key)
        except MarketplaceError as error:
            tries = max(one.standing.attempts for one, _ in batch) + 1
            shown = refusals.came_to(error, tries=tries)
            return [_result(write, shown, str(error)) for write in writes]

    async def _record(
        self,
        key: str,
        planned: Mapping[OfferRef, Planned],
        writes: Sequence[Write],
        results: Sequence[Result],
    ) -> Sequence[Planned]:
        """Record what became of the writes; those that have to be looked at."""
        by_write = {(write.ref, write.place): write for write in writes}
        doubtful: list[Planned] = []
        async with begin(self._database) as session:
            now = self._clock.now()
            for result in results:
                one = planned[result.ref]
                write = by_write[result.ref, result.place]
                match result.shown:
                    case Shown.SENT | Shown.ALREADY:
                        await mirror.note_compared_and_set(
                            session,
                            one.offer.id,
                            write.place,
                            delta=write.quantity - write.basis,
                            now=now,
                        )
                        await record_write(
                            session,
                            offer=one.offer.id,
                            place=write.place,
                            attempt=key,
                            before=write.basis,
                            quantity=write.quantity,
                            standing=one.standing,
                            now=now,
                        )
                        await heed(session, one.offer, write.place, now=now)
                    case Shown.UNKNOWN:
                        await mirror.note_unanswered(session, one.offer.id, write.place)
                        doubtful.append(one)
                    case Shown.STALE:
                        await mirror.note_not_sent(session, one.offer.id, write.place)
                        doubtful.append(one)
                    case Shown.REFUSED:  # tried again later, once it was looked at
                        await mirror.note_not_sent(session, one.offer.id, write.place)
                    case Shown.FORBIDDEN | Shown.FAILED | Shown.ASK:
                        await mirror.note_not_sent(session, one.offer.id, write.place)
                        await board.try_later(
                            session, one.offer.id, outcome=result.sentence, now=now, wait_s=None
                        )
            await note_outcomes(session, self._shop, results, now=now)
            await end_attempt(session, key, outcome=_summary(results), now=now)
        return doubtful

    async def _note_refused(
        self, planned: Mapping[OfferRef, Planned], refused: Sequence[Result]
    ) -> None:
        """What is still there after a look was refused for a reason that a person must mend."""
        if not refused:
            return
        async with begin(self._database) as session:
            keys = [planned[result.ref].offer.id for result in refused]
            known = await offers.by_ids(session, keys)
            missed = await surprises.not_found(session, keys)
            there = {one.ref: one for key, one in known.items() if not (one.gone or key in missed)}
            told = [(there[one.ref], one) for one in refused if one.ref in there]
            await refusals.note_refused(session, told, now=self._clock.now())

    async def _settle(self, wanted: Sequence[OfferId]) -> None:
        """Note as shown what now equals its target; the rest stays dirty."""
        again = await self._plan(wanted)
        await self._note_shown([one for one in again if one.plan.move is Move.NONE])

    async def _look(self, planned: Sequence[Planned]) -> None:
        """Never re-send on a stale compare: take in orders, read, and decide anew."""
        if not planned:
            return
        try:
            await self._prover.orders_of(self._shop)
            seen = await self._lookout.look([one.offer.id for one in planned])
        except MarketplaceError as error:
            await self._later(planned, str(error))
            return
        untold = {one.offer for one in seen if one.tells_from is not None}
        await self._later([one for one in planned if one.offer.id in untold], MAY_RETURN)

    async def _note_shown(self, planned: Sequence[Planned]) -> None:
        if not planned:
            return  # a sale that is about to be lowered waits for no empty commit
        async with begin(self._database) as session:
            for one in planned:
                version = one.standing.target.version
                now = self._clock.now()
                await board.shown(session, one.offer.id, version, outcome="shown", now=now)

    async def _wait(self, planned: Sequence[Planned]) -> None:
        await self._later(planned, MAY_RETURN, wait_s=WAIT_FOR_RETURN_S)

    async def _later(
        self, planned: Sequence[Planned], outcome: str, *, wait_s: float | None = None
    ) -> None:
        await self._put_off([one.standing for one in planned], outcome, wait_s=wait_s)

    async def _put_off(
        self, standings: Sequence[Standing], outcome: str, *, wait_s: float | None = None
    ) -> None:
        if not standings:
            return
        async with begin(self._database) as session:
            for one in standings:
                now = self._clock.now()
                await board.try_later(session, one.offer, outcome=outcome, now=now, wait_s=wait_s)

    def _tell(
        self,
        key: str,
        planned: Mapping[OfferRef, Planned],
        batch: Sequence[PlannedWrite],
        results: Sequence[Result],
    ) -> None:
        sent = {(write.ref, write.place): write for _, write in batch}
        for result in results:
            one = planned[result.ref]
            tell_pushed(
                result,
                offer=one.offer.id,
                shop=self._shop,
                standing=one.standing,
                write=sent[result.ref, result.place],
                basis=DecidedOn.COMPARED,
                attempt=key,
            )


def _result(write: Write, shown: Shown, sentence: str) -> Result:
    return Result(ref=write.ref, place=write.place, shown=shown, sentence=sentence)


def _summary(results: Sequence[Result]) -> str:
    counts: dict[str, int] = {}
    for result in results:
        counts[result.shown.value] = counts.get(result.shown.value, 0) + 1
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
