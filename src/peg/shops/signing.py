"""Keys that sign what PEG keeps: each made once, and sealed like a token.

They stand in the database under the master keys, not derived from them: so `peg keys rotate` seals
them anew, and what was signed long ago can be checked when the old master key is gone.
"""

import base64

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction, upsert
from peg.shops.sealing import KeyRing, Place, SealBroken, UnknownKey, new_key
from peg.shops.tables import signing_keys

log = structlog.get_logger()


async def signing_key(session: AsyncSession, ring: KeyRing, name: str) -> bytes:
    """The key of this name, made now if there is none yet.

    One that nobody can open any more, since its master key is lost, is replaced: work goes on, and
    what it had signed can no longer be checked.
    """
    require_transaction(session)
    try:
        known = await known_key(session, ring, name)
    except (UnknownKey, SealBroken) as error:
        log.warning("signing_key.replaced", name=name, error=str(error))
        known = None
    if known is not None:
        return known
    fresh = new_key()
    row = {"name": name, "secret": ring.seal(fresh, _place(name))}
    await session.execute(upsert(session, signing_keys, row, ["name"]))
    return base64.b64decode(fresh)


async def known_key(session: AsyncSession, ring: KeyRing, name: str) -> bytes | None:
    """The key of this name; None before anything was signed with it.

    Raises:
        UnknownKey: the master key that sealed it is not there.
        SealBroken: it was changed.
    """
    query = select(signing_keys.c.secret).where(signing_keys.c.name == name)
    sealed = await session.scalar(query)
    return None if sealed is None else base64.b64decode(ring.open(sealed, _place(name)))


def _place(name: str) -> Place:
    return Place(signing_keys.name, name, signing_keys.c.secret.name)
