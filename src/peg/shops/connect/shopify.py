"""Connect a Shopify store: the browser, or the client credentials of one's own store."""

from collections.abc import Mapping
from functools import partial

from peg.domain.identity import Channel, ShopId
from peg.marketplaces.grant import Grant
from peg.marketplaces.shopify import oauth
from peg.marketplaces.shopify.owner import owner_of
from peg.shops import pending
from peg.shops.addresses import BadShopDomain, parse_shop_domain, secure
from peg.shops.connect.desk import Desk
from peg.shops.directory import AppCredentials, Shop, Status
from peg.shops.pending import Pending
from peg.shops.scopes import ASKED, CANCELLING, check_scopes


async def begin(
    desk: Desk,
    *,
    shop: str,
    app: AppCredentials,
    redirect_uri: str,
    browser: str,
    may_cancel: bool = False,
) -> str:
    """The consent page to send the browser to.

    Args:
        desk: where it is remembered.
        shop: NAME, NAME.myshopify.com, or that as the address in a browser.
        app: the client id and secret.
        redirect_uri: exactly as registered with the app.
        browser: a secret that only this browser holds, such as a cookie's value.
        may_cancel: ask also for what cancelling an order needs, when a person has given it up.

    Raises:
        BadShopDomain: `shop` is no store's address.
        InsecureUrl: secrets would travel over plain http to another machine.
    """
    domain = parse_shop_domain(shop)
    begun = Pending(
        channel=Channel.SHOPIFY,
        browser=pending.digest(browser),
        redirect_uri=secure(redirect_uri),
        app=app,
        shop_domain=domain,
    )
    return oauth.authorize_url(
        desk.shopify_api(domain),
        client_id=app.client_id,
        redirect_uri=begun.redirect_uri,
        scopes=(*ASKED[Channel.SHOPIFY], *([CANCELLING] if may_cancel else ())),
        state=await desk.remember(begun),
    )


async def finish(desk: Desk, callback: Mapping[str, str], *, browser: str) -> Shop:
    """Check what the browser brought back, fetch the token and keep the shop.

    Raises:
        CallbackExpired: unknown, used or too old a state.
        BadCallback: another browser, shop or signature than the one begun with.
        ConnectionDeclined: the owner said no.
        AccessRevoked: Shopify takes the code or the secret no more.
        MissingScope: less was granted than PEG needs.
    """
    begun = await desk.take(Channel.SHOPIFY, callback, browser)
    code = oauth.verify_callback(
        callback,
        client_secret=begun.app.client_secret,
        shop_domain=begun.shop_domain,
        now=desk.clock.now(),
    )
    grant = await oauth.exchange_code(
        desk.http,
        desk.shopify_api(begun.shop_domain),
        client_id=begun.app.client_id,
        client_secret=begun.app.client_secret,
        code=code,
        now=desk.clock.now(),
    )
    return await _keep(desk, begun.shop_domain, begun.app, grant)


async def by_credentials(desk: Desk, *, shop: str, app: AppCredentials) -> Shop:
    """Connect one's own store without a browser.

    Raises:
        BadShopDomain: `shop` is no store's address.
        AccessRevoked: a wrong id or secret, or app and store are not of one organisation.
        MissingScope: less was granted than PEG needs.
    """
    domain = parse_shop_domain(shop)
    grant = await desk.patiently(
        partial(
            oauth.client_credentials,
            desk.http,
            desk.shopify_api(domain),
            client_id=app.client_id,
            client_secret=app.client_secret,
            now=desk.clock.now(),
        )
    )
    return await _keep(desk, domain, app, grant)


async def _keep(desk: Desk, domain: str, app: AppCredentials, grant: Grant) -> Shop:
    ask = partial(owner_of, desk.http, desk.shopify_api(domain), token=grant.access_token)
    owner = await desk.patiently(ask)
    if owner.domain != domain:
        raise BadShopDomain(f"{domain} was asked for, but {owner.domain} answers: check the name")
    shop = Shop(
        id=ShopId(f"shopify:{domain}"),
        channel=Channel.SHOPIFY,
        name=owner.name,
        currency=owner.currency,
        status=Status.CONNECTED,
        status_sentence="",
        scopes=check_scopes(Channel.SHOPIFY, owner.scopes),
        client_id=app.client_id,
        connected_at=desk.clock.now(),
    )
    return await desk.keep(shop, app, grant)
