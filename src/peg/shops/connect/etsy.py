"""Connect an Etsy shop: the browser with PKCE, or a refresh token got elsewhere."""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from peg.db import transaction
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import Channel, ShopId
from peg.marketplaces.etsy import oauth
from peg.marketplaces.etsy.app import App
from peg.marketplaces.etsy.owner import Newcomer
from peg.marketplaces.etsy.webhooks import EtsySignatures
from peg.marketplaces.grant import Grant
from peg.marketplaces.port import AccessRevoked, MissingScope
from peg.shops import directory, pending, unclaimed
from peg.shops.addresses import secure
from peg.shops.connect.desk import Desk
from peg.shops.directory import AppCredentials, Shop, Status
from peg.shops.pending import Pending
from peg.shops.scopes import ASKED, check_scopes, not_granted

WHOSE_SHOP = "shops_r"
"""Without this scope Etsy does not even say which shop a token is for."""

NOT_ACCEPTED = (
    "Etsy does not accept the refresh token that was given: it is mistyped, of another app, used"
    " before, revoked, or older than 90 days. Give a newer one of this keystring, or leave it out:"
    " then PEG opens Etsy's consent page"
)


class NoSecretOfItsOwn(PegError):
    """A webhook secret for a shop whose webhooks its app's own secret signs."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, shop: Shop) -> None:
        super().__init__(
            f"{shop.id} signs its webhooks with the client secret of its app: if that was changed,"
            f" run `peg connect {shop.channel}` again with the new one"
        )


async def begin(desk: Desk, *, app: AppCredentials, redirect_uri: str, browser: str) -> str:
    """The consent page to send the browser to.

    Args:
        desk: where it is remembered.
        app: the keystring and the shared secret.
        redirect_uri: exactly as registered with the app.
        browser: a secret that only this browser holds, such as a cookie's value.

    Raises:
        InsecureUrl: the browser would come back over plain http to another machine.
    """
    begun = Pending(
        channel=Channel.ETSY,
        browser=pending.digest(browser),
        redirect_uri=secure(redirect_uri),
        app=app,
        verifier=pending.new_secret(),
    )
    return oauth.consent_url(
        secure(desk.etsy_consent_url).rstrip("/"),
        keystring=app.client_id,
        redirect_uri=begun.redirect_uri,
        scopes=ASKED[Channel.ETSY],
        state=await desk.remember(begun),
        verifier=begun.verifier,
    )


async def finish(desk: Desk, callback: Mapping[str, str], *, browser: str) -> Shop:
    """Check what the browser brought back, fetch the tokens and keep the shop.

    Raises:
        CallbackExpired: unknown, used or too old a state.
        BadCallback: another browser than the one begun with, or no code.
        ConnectionDeclined: the seller said no.
        AccessRevoked: Etsy takes the code no more.
        MissingScope: less was granted than PEG needs.
    """
    begun = await desk.take(Channel.ETSY, callback, browser)
    grant = await oauth.exchange_code(
        desk.http,
        desk.etsy_api(),
        keystring=begun.app.client_id,
        code=callback["code"],
        verifier=begun.verifier,
        redirect_uri=begun.redirect_uri,
        now=desk.clock.now(),
    )
    return await _keep(desk, begun.app, grant)


async def by_refresh_token(desk: Desk, *, app: AppCredentials, refresh_token: str) -> Shop:
    """Connect with a refresh token got elsewhere; it is used up by this.

    What Etsy gives for it is stored before it is used: after a failure the same token, given again,
    goes on from there.

    Raises:
        AccessRevoked: it is revoked, used elsewhere or older than 90 days.
        MissingScope: it lacks what PEG needs.
    """
    shop = await _keep(desk, app, await _granted_for(desk, app, refresh_token))
    async with transaction.begin(desk.database) as session:
        await unclaimed.claimed(session, refresh_token)
    return shop


def check_webhook_secret(secret: str) -> None:
    """Refuse what no webhook can have been signed with.

    Raises:
        BadSignature: it is none that the portal gives.
    """
    EtsySignatures(secret)


async def keep_webhook_secret(desk: Desk, shop: str, secret: str) -> Shop:
    """Believe the webhooks that the shop signs with this secret of the developer portal.

    Raises:
        UnknownShop: it was never connected.
        NoSecretOfItsOwn: it is one on Shopify.
        BadSignature: it is none that the portal gives.
    """
    async with transaction.begin(desk.database) as session:
        found = await directory.named(session, shop)
        if found.channel is not Channel.ETSY:
            raise NoSecretOfItsOwn(found)
        check_webhook_secret(secret)
        await directory.set_webhook_secret(session, desk.ring, found.id, secret)
    return found


async def _granted_for(desk: Desk, app: AppCredentials, given: str) -> Grant:
    """What Etsy gives, or gave before, for a refresh token."""
    async with transaction.reading(desk.database) as session:
        known = await unclaimed.find(session, desk.ring, given)
    now = desk.clock.now()
    own = known and known.refresh_token
    if known is not None and (known.access_until is None or known.access_until > now):
        return known
    try:
        fresh = await desk.patiently(
            partial(
                oauth.refresh,
                desk.http,
                desk.etsy_api(),
                keystring=app.client_id,
                refresh_token=own or given,
                now=now,
            )
        )
    except AccessRevoked as error:
        raise AccessRevoked(NOT_ACCEPTED) from error
    async with transaction.begin(desk.database) as session:
        await unclaimed.keep(session, desk.ring, given, fresh, now=now)
    return fresh


async def _keep(desk: Desk, app: AppCredentials, grant: Grant) -> Shop:
    as_app = App(keystring=app.client_id, shared_secret=app.client_secret)
    newcomer = Newcomer(desk.http, desk.etsy_api(), app=as_app, token=grant.access_token)
    told = await newcomer.told_scopes()
    # A token answer without scopes means all that were asked for (RFC 6749, 5.1); what a refresh
    # token from elsewhere may do is found out by trying, where Etsy does not tell.
    granted = told if told is not None else grant.scopes or frozenset(ASKED[Channel.ETSY])
    check_scopes(Channel.ETSY, granted)
    try:
        owner = await desk.patiently(newcomer.owner)
    except MissingScope as error:
        raise not_granted(Channel.ETSY, {WHOSE_SHOP}) from error
    refused = await desk.patiently(partial(newcomer.refused_scopes, owner.shop))
    shop = Shop(
        id=ShopId(f"etsy:{owner.shop}"),
        channel=Channel.ETSY,
        name=owner.name,
        currency=owner.currency,
        status=Status.CONNECTED,
        status_sentence="",
        scopes=check_scopes(Channel.ETSY, granted - refused),
        client_id=app.client_id,
        connected_at=desk.clock.now(),
    )
    return await desk.keep(shop, app, grant)
