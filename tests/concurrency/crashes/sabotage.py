"""Mistakes that a crash turns into a loss: they must be caught."""

from tests.support.spoilt_source import Edit

ACKNOWLEDGES_FIRST = Edit(
    file="intake/reception.py",
    old="receipt = await self._commits.run(keeping)",
    new="""import asyncio

        async def soon() -> None:
            await asyncio.sleep(0.1)
            await self._commits.run(keeping)

        self._soon = asyncio.ensure_future(soon())
        receipt = Receipt.NEW""",
)
"""A connector that answers 200 and puts the webhook into a queue in memory."""

POSTS_APART = Edit(
    file="ledger/orders.py",
    old="""    await _store(session, order, kept, done)
    posted = await post(session, postings, now=now)
""",
    new="""    from sqlalchemy import text

    posted = await post(session, postings, now=now)
    await session.execute(text("COMMIT"))
    await session.execute(text("BEGIN IMMEDIATE"))
    await _store(session, order, kept, done)
""",
)
"""The book is posted in one transaction, and that it was, noted in the next."""

FORGETS_THE_COST = Edit(
    file="cli/cases.py",
    old="if unbooked and not dry_run:",
    new="if not unbooked and dry_run:",
)
"""What a command has seen done and did not come to book is nobody's to book."""
