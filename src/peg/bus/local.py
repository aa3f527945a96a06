"""The in-process bus: a relay that hands committed messages to their handlers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

import structlog
from sqlalchemy import bindparam, select, update

from peg.bus.outbox import OUTBOX
from peg.bus.signals import Signals
from peg.bus.tables import outbox
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.errors import trace_of
from peg.domain.messages import Message

log = structlog.get_logger()

M = TypeVar("M", bound=Message)
Handler = Callable[[Message], Awaitable[None]]
Gatherer = Callable[[Sequence[Message]], Awaitable[None]]

BATCH_MESSAGES_MAX = 200
ATTEMPTS_MAX = 12
SWEEP_S = 1.0
RETRY_WAIT_S_MAX = 300.0

_WAITING = (
    select(outbox.c.id, outbox.c.topic, outbox.c.body, outbox.c.attempts)
    .where(outbox.c.delivered_at.is_(None), outbox.c.dead_at.is_(None))
    .where(outbox.c.next_at <= bindparam("now"))
    .order_by(outbox.c.id)
    .limit(BATCH_MESSAGES_MAX)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One message of the outbox that was not delivered yet."""

    id: int
    topic: str
    body: dict[str, Any]
    attempts: int


class LocalBus:
    """Delivers each staged message at least once, in the order it was staged.

    A handler must be quick: work that waits for a network belongs into a worker that the handler
    wakes. A handler that fails is tried again with growing pauses, and does not hold up others.
    """

    def __init__(self, database: Database, clock: Clock, signals: Signals) -> None:
        self._database = database
        self._clock = clock
        self._signals = signals
        self._handlers: dict[str, list[Handler]] = {}
        self._gatherers: dict[str, list[Gatherer]] = {}
        self._kinds: dict[str, type[Message]] = {}

    def subscribe(self, kind: type[M], handler: Callable[[M], Awaitable[None]]) -> None:
        """Call `handler` with every message of this kind."""
        self._kinds[kind.topic] = kind
        self._handlers.setdefault(kind.topic, []).append(cast("Handler", handler))

    def subscribe_to_all(
        self, kind: type[M], handler: Callable[[Sequence[M]], Awaitable[None]]
    ) -> None:
        """Call `handler` with all messages of this kind that wait, before any other is delivered.

        An order changes several items at once, and one transaction serves them all. Where it fails
        it gets them one by one, so that one odd message holds up no other.
        """
        self._kinds[kind.topic] = kind
        self._gatherers.setdefault(kind.topic, []).append(cast("Gatherer", handler))

    async def run(self) -> None:
        """Relay until cancelled."""
        while True:
            delivered = await self.relay_once()
            if not delivered:
                await self._signals.wait(OUTBOX, timeout_s=SWEEP_S)

    async def relay_once(self) -> int:
        """Deliver what waits now; how many messages were tried."""
        waiting = await self._waiting()
        done: list[int] = []
        failed: list[tuple[Waiting, Exception]] = []
        gathered = await self._deliver_gathered(waiting)
        for one in waiting:
            try:
                await self._deliver(one, is_gathered=one.topic in gathered)
            except Exception as error:  # noqa: BLE001 - a task's edge: kept, logged, tried again
                failed.append((one, error))
            else:
                done.append(one.id)
        if waiting:
            await self._record(done, failed)
        return len(waiting)

    async def _deliver_gathered(self, waiting: Sequence[Waiting]) -> frozenset[str]:
        """The topics whose messages were delivered to all that want them together."""
        gathered = set()
        for topic, handlers in self._gatherers.items():
            mine = [one for one in waiting if one.topic == topic]
            try:
                messages = [self._message(one) for one in mine]
                for handler in handlers if messages else ():
                    await handler(messages)
            except Exception as error:  # noqa: BLE001 - each is delivered by itself, and kept
                why, trace = str(error), trace_of(error)
                log.warning("messages.delivered_one_by_one", topic=topic, why=why, exc_info=trace)
            else:
                gathered.add(topic)
        return frozenset(gathered)

    async def _deliver(self, one: Waiting, *, is_gathered: bool) -> None:
        if one.topic not in self._kinds:
            log.debug("message.unheard", topic=one.topic)
            return
        message = self._message(one)
        for gatherer in () if is_gathered else self._gatherers.get(one.topic, ()):
            await gatherer([message])
        for handler in self._handlers.get(one.topic, ()):
            await handler(message)

    def _message(self, one: Waiting) -> Message:
        return self._kinds[one.topic].model_validate(one.body)

    async def _waiting(self) -> Sequence[Waiting]:
        async with reading(self._database) as session:
            rows = (await session.execute(_WAITING, {"now": self._clock.now()})).all()
        return [Waiting(**row._asdict()) for row in rows]

    async def _record(self, done: list[int], failed: list[tuple[Waiting, Exception]]) -> None:
        now = self._clock.now()
        async with begin(self._database) as session:
            if done:
                await session.execute(
                    update(outbox).where(outbox.c.id.in_(done)).values(delivered_at=now)
                )
            for one, error in failed:
                await session.execute(
                    update(outbox).where(outbox.c.id == one.id).values(_failure(one, error, now))
                )


def _failure(one: Waiting, error: Exception, now: datetime) -> dict[str, Any]:
    attempts = one.attempts + 1
    wait_s = min(2.0**attempts * 0.1, RETRY_WAIT_S_MAX)
    dead = attempts >= ATTEMPTS_MAX
    why, trace = str(error), trace_of(error)
    log.error(
        "message.failed",
        outbox_id=one.id,
        attempts=attempts,
        dead=dead,
        why=why,
        exc_info=trace,
    )
    return {
        "attempts": attempts,
        "next_at": now + timedelta(seconds=wait_s),
        "dead_at": now if dead else None,
        "last_error": f"{type(error).__name__}: {error}",
    }
