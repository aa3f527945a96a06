"""Connections begun in a browser: random state, bound to that browser, short, used once."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import Channel
from peg.marketplaces.port import BadCallback
from peg.shops.directory import AppCredentials
from peg.shops.sealing import KeyRing, Place
from peg.shops.tables import oauth_states

LASTS_S = 600


class CallbackExpired(BadCallback):
    """The state is unknown, used already, or too old."""

    def __init__(self) -> None:
        super().__init__(
            "this connection was begun too long ago or is finished already: begin it again"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What must still be known when the browser comes back.

    Attributes:
        browser: digest of a secret that only the browser which began holds (its cookie).
        shop_domain: the Shopify shop it was sent to; "" for Etsy.
        verifier: PKCE's, which never leaves the server before the exchange; "" for Shopify.
    """

    channel: Channel
    browser: str = field(repr=False)
    redirect_uri: str
    app: AppCredentials
    shop_domain: str = ""
    verifier: str = field(default="", repr=False)

    def check_browser(self, secret: str) -> None:
        """Refuse any browser but the one that began.

        Raises:
            BadCallback: it is another one.
        """
        if not hmac.compare_digest(self.browser, digest(secret)):
            raise BadCallback("this connection was begun in another browser: begin it again here")


def new_secret() -> str:
    """64 URL-safe characters from the operating system: a state, a verifier, a cookie."""
    return secrets.token_urlsafe(48)


async def remember(session: AsyncSession, ring: KeyRing, pending: Pending, *, now: datetime) -> str:
    """Keep it for ten minutes; the state to send along."""
    require_transaction(session)
    await session.execute(delete(oauth_states).where(oauth_states.c.expires_at <= now))
    state = new_secret()
    row = digest(state)
    await session.execute(
        insert(oauth_states).values(
            state=row,
            channel=pending.channel.value,
            browser=pending.browser,
            shop_domain=pending.shop_domain,
            redirect_uri=pending.redirect_uri,
            client_id=pending.app.client_id,
            client_secret=ring.seal(pending.app.client_secret, _place(row, "client_secret")),
            verifier=ring.seal(pending.verifier, _place(row, "verifier")),
            expires_at=now + timedelta(seconds=LASTS_S),
        )
    )
    return state


async def take(
    session: AsyncSession,
    ring: KeyRing,
    state: str,
    *,
    channel: Channel,
    now: datetime,
) -> Pending:
    """What was remembered under `state`, which cannot be taken again.

    Commit before anything else is checked: a wrong callback uses the state up too.

    Raises:
        CallbackExpired: unknown, used or too old.
    """
    require_transaction(session)
    row = (
        await session.execute(
            delete(oauth_states)
            .where(oauth_states.c.state == digest(state), oauth_states.c.channel == channel.value)
            .returning(*oauth_states.c)
        )
    ).first()
    if row is None or row.expires_at <= now:
        raise CallbackExpired
    secret = ring.open(row.client_secret, _place(row.state, "client_secret"))
    return Pending(
        channel=channel,
        browser=row.browser,
        redirect_uri=row.redirect_uri,
        app=AppCredentials(row.client_id, secret),
        shop_domain=row.shop_domain,
        verifier=ring.open(row.verifier, _place(row.state, "verifier")),
    )


def digest(secret: str) -> str:
    """What is stored of a secret that only has to be recognised."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _place(row: str, column: str) -> Place:
    return Place("oauth_states", row, column)
