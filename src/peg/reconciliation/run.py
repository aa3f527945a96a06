"""Compare a whole shop with the book: repair what may be repaired, ask about the rest."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.catalog import mirror, offers
from peg.catalog.expectation import Expectation
from peg.catalog.offers import Offer
from peg.db.engine import Database
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.domain.counted import counted
from peg.domain.identity import OfferId, ShopId
from peg.domain.messages import Alert
from peg.domain.offer import RemoteOffer
from peg.intake import brake, checks, sells_on, surprises
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.intake.places import read_places
from peg.intake.polling import Polls
from peg.intake.readings import basis_of, take_in_readings, without_unanswered
from peg.intake.watched_reads import WatchedReads
from peg.ledger import questions
from peg.ledger.questions import Question
from peg.marketplaces.port import Marketplace, OffersPage, UnreadableOffer
from peg.propagation import board
from peg.propagation.retarget import retarget_offers
from peg.reconciliation import newcomers, report
from peg.reconciliation.behind import why_behind
from peg.reconciliation.compare import (
    Action,
    Behind,
    Difference,
    compare,
    deleted,
    not_imported,
    not_matched,
    not_readable,
    not_tracked,
    sold_on,
    there_again,
)
from peg.reconciliation.reporter import Reporter, log_signed
from peg.reconciliation.under_way import Run

log = structlog.get_logger()

VANISHED_SHARE_MAX = 0.3
VANISHED_MIN = 10
"""More offers than both of these missing from the pages at once: the pages are not believed."""

JUDGED_AT_ONCE = 50
"""Offers in one transaction: nothing else happens meanwhile, and a sale must not wait for long."""

VANISHED = "offers_vanished"
"""The kind of the question whether they are gone; its alarm has the same name."""

WAIT, DELETED = "wait", "deleted"


class Reconciler:
    """Compares shops with the book."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        shops: Mapping[ShopId, Marketplace],
        *,
        polls: Polls,
        lookout: Lookout,
        patience: Patience,
        reporter: Reporter,
    ) -> None:
        self._database = database
        self._clock = clock
        self._shops = shops
        self._polls = polls
        self._lookout = lookout
        self._patience = patience
        self._reporter = reporter
        self._reads = WatchedReads(database, clock)

    async def reconcile(self, shop: ShopId) -> Mapping[str, int]:
        """Take in the orders, read places and every offer, and act on each difference.

        Returns how many differences of each cause there were.

        Raises:
            MarketplaceError: the shop could not be read to its end; what was read is acted on.
        """
        await self._polls.poll(shop)
        async with self._reads.of(shop):
            await read_places(self._database, self._shops[shop])
            run = await self._begin(shop)
            async for page in self._shops[shop].listings():
                await self._follow_renamed(run, page)
                for portion in page.portions(JUDGED_AT_ONCE):
                    await self._take_in(run, portion)
        outcome = await self._vanished(shop, run)
        async with begin(self._database) as session:
            await sells_on.tell(session, now=self._clock.now())  # a person may have mapped some
            if await brake.is_on(session, shop):
                await report.asked_instead(session, run.id)
                outcome = f"{outcome}; very many were changed at once: a person is asked"
            link = await self._reporter.close(
                session,
                run.id,
                shop,
                offers=len(run.seen),
                outcome=outcome,
                now=self._clock.now(),
            )
        log_signed(shop, run.id, link)
        log.info("shop.reconciled", shop=shop, offers=len(run.seen), **run.counts)
        return run.counts

    async def _begin(self, shop: ShopId) -> Run:
        async with begin(self._database) as session:
            known = {offer.ref: offer for offer in await offers.all_of_shop(session, shop)}
            basis = await basis_of(session, [offer.id for offer in known.values()])
            run = await report.begin_run(session, shop, now=self._clock.now())
        return Run(id=run, shop=shop, basis=basis, known=known)

    async def _follow_renamed(self, run: Run, page: OffersPage) -> None:
        if run.knows_all(page):
            return
        async with begin(self._database) as session:
            await run.follow_renamed(session, page, patience=self._patience, now=self._clock.now())

    async def _take_in(self, run: Run, page: OffersPage) -> None:
        fresh = [remote for remote in page.offers if remote.ref not in run.seen]
        run.seen.update(remote.ref for remote in fresh)
        known = [run.known[remote.ref] for remote in fresh if remote.ref in run.known]
        mine = [offer.id for offer in known]
        async with begin(self._database) as session:
            now = self._clock.now()
            await retarget_offers(session, known, now=now)  # nobody may have heard of what was told
            expected = await mirror.expected_of(session, mine)
            standings = await board.standings(session, mine)
            behind = await why_behind(session, run.shop, standings, expected)
            for remote in fresh:
                offer = run.known.get(remote.ref)
                found = (
                    not_imported(remote)
                    if offer is None
                    else self._compare(run, remote, offer, expected, standings, behind)
                )
                if found is None:
                    continue
                if offer is None:
                    await newcomers.warn(session, remote, now=now)
                run.notes(found)
                key = offer.id if offer is not None else None
                await report.record_difference(
                    session,
                    run.id,
                    offer=key,
                    title=remote.title,
                    options=remote.options,
                    found=found,
                )
                if found.action is Action.PUSH and key is not None:
                    await board.make_dirty(session, key, now=now)
            for odd in page.unreadable:
                await self._report_unreadable(session, run, odd)
            await take_in_readings(
                session,
                [remote.reading for remote in fresh],
                await without_unanswered(session, run.basis),
                patience=self._patience,
                now=now,
            )

    async def _report_unreadable(
        self, session: AsyncSession, run: Run, odd: UnreadableOffer
    ) -> None:
        """It stands on a page, so it has not vanished; more is not concluded."""
        mine = [
            offer
            for ref, offer in run.known.items()
            if ref.listing == odd.listing and odd.variant in {"", ref.variant}
        ]
        run.seen.update(offer.ref for offer in mine)
        found = not_readable(odd)
        keys: list[OfferId | None] = [offer.id for offer in mine]
        for key in keys or [None]:
            run.notes(found)
            await report.record_difference(session, run.id, offer=key, title=odd.title, found=found)

    def _compare(
        self,
        run: Run,
        remote: RemoteOffer,
        offer: Offer,
        expected: Mapping[OfferId, Mapping[str, Expectation]],
        standings: Mapping[OfferId, board.Standing],
        behind: Mapping[OfferId, Behind],
    ) -> Difference | None:
        rows = expected.get(offer.id, {})
        if any(
            row.version != run.basis.get(offer.id, {}).get(place) for place, row in rows.items()
        ):
            return None  # it moved while it was read: the intake has it read again
        if not (remote.tracked and offer.tracked):
            return not_tracked(remote)  # or not until now: its figure tells nothing yet
        if not offer.components:
            return not_matched(remote)
        standing = standings.get(offer.id)
        target = standing.target if standing else None
        if offer.gone:
            return there_again(remote.reading, rows, target)
        found = compare(remote.reading, rows, target, behind=behind.get(offer.id))
        return sold_on(remote) if found is None and remote.oversells else found

    async def _vanished(self, shop: ShopId, run: Run) -> str:
        """Offers that stood on no page are read by themselves; many at once are not believed."""
        missing = [
            offer for ref, offer in run.known.items() if ref not in run.seen and not offer.gone
        ]
        if not missing:
            await self._all_there(shop)
            return report.COMPLETE
        on_no_page = f"{counted(len(missing), 'offer was', 'offers were')} on no page"
        if len(missing) >= VANISHED_MIN and len(missing) > VANISHED_SHARE_MAX * len(run.known):
            await self._ask_whether_gone(shop, missing, len(run.known))
            return f"{on_no_page}: not believed"
        await self._all_there(shop)
        await self._lookout.look([offer.id for offer in missing])
        await self._report_deleted(run, missing)
        return f"{on_no_page}, each read by itself"

    async def _report_deleted(self, run: Run, missing: Sequence[Offer]) -> None:
        async with begin(self._database) as session:
            keys = [offer.id for offer in missing]
            now_known = await offers.by_ids(session, keys)
            missed = await surprises.not_found(session, keys)
            for key, offer in now_known.items():
                if offer.gone or key in missed:
                    found = deleted(offer.ref.listing, offer.sku_as_typed)
                    run.notes(found)
                    await report.record_difference(
                        session,
                        run.id,
                        offer=offer.id,
                        title=offer.title,
                        options=offer.options,
                        found=found,
                    )

    async def _ask_whether_gone(self, shop: ShopId, missing: Sequence[Offer], known: int) -> None:
        sentence = (
            f"{shop} showed {known - len(missing)} of {known} offers: nothing was concluded from"
            " that. Look into the shop: did you delete them?"
        )
        async with begin(self._database) as session:
            now = self._clock.now()
            asked = {one.subject for one in await questions.open_questions(session, VANISHED)}
            await questions.ask(
                session,
                kind=VANISHED,
                subject=shop,
                sentence=sentence,
                evidence={"offers": [offer.id for offer in missing]},
                options=(WAIT, DELETED),
                default=WAIT,
                now=now,
            )
            if shop not in asked:
                alert = Alert(name="offers_vanished", subject=shop, sentence=sentence)
                await tell(session, alert, now=now)

    async def _all_there(self, shop: ShopId) -> None:
        async with begin(self._database) as session:
            await questions.withdraw(session, VANISHED, shop, now=self._clock.now())


async def believe_gone(session: AsyncSession, question: Question, *, now: datetime) -> None:
    """The jeweller did delete them: each is read by itself, and what that shows is believed."""
    for offer in question.evidence["offers"]:
        await checks.read_again(session, OfferId(offer), due_at=now, why=checks.SAID_DELETED)
