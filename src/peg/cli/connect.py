"""`peg connect shopify` and `peg connect etsy`: by the browser, or without one."""

import webbrowser
from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from cyclopts import App

from peg.cli.callback import Callback
from peg.cli.terminal import Here, Report, Terminal
from peg.domain.errors import ErrorKind, PegError
from peg.shops import pending
from peg.shops.connect import etsy as etsy_flow
from peg.shops.connect import shopify as shopify_flow
from peg.shops.directory import AppCredentials, Shop
from peg.shops.scopes import CANCELLING
from peg.wiring.peg import open_peg

app = App(name="connect", help="Connect a shop.", help_format="plaintext")

CALLBACK = "http://127.0.0.1:8378/callback"

Begin = Callable[[str], Awaitable[str]]
"""From the browser's secret to the consent page's address."""

Finish = Callable[[Mapping[str, str], str], Awaitable[Shop]]
"""From what the browser brought back, and its secret, to the connected shop."""


class NoConsentPage(PegError):
    """A right was asked for where there is no page on which to ask the owner."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self) -> None:
        super().__init__(
            f"client credentials have what the app's settings grant: add {CANCELLING} there, in"
            " Shopify's Dev Dashboard, and connect without `--may-cancel`; or add `--browser`"
        )


@app.command
async def shopify(
    *,
    shop: str,
    client_id: str,
    client_secret: str | None = None,
    browser: bool = False,
    may_cancel: bool = False,
    callback: str = CALLBACK,
    here: Here,
) -> int:
    """Connect a Shopify store.

    Args:
        shop: NAME, NAME.myshopify.com, or that as the address in a browser.
        client_id: of the app, from its settings in Shopify's Dev Dashboard.
        client_secret: of the app; asked for when it is left out.
        browser: go by the consent page; without it, by the client credentials of your own store.
        may_cancel: ask there also for the right to cancel an order that you give up with
            `peg cases resolve`. Without `--browser` it is the app's own settings that grant it.
        callback: where the browser comes back to, exactly as registered with the app.
    """
    if may_cancel and not browser:
        raise NoConsentPage
    credentials = AppCredentials(client_id, client_secret or here.ask_secret("client secret"))
    async with here.ground() as ground, open_peg(ground) as peg:
        desk = peg.desk
        if not browser:
            found = await shopify_flow.by_credentials(desk, shop=shop, app=credentials)
            return _say(here, found)

        async def begin_flow(secret: str) -> str:
            return await shopify_flow.begin(
                desk,
                shop=shop,
                app=credentials,
                redirect_uri=callback,
                browser=secret,
                may_cancel=may_cancel,
            )

        async def finish_flow(brought: Mapping[str, str], secret: str) -> Shop:
            return await shopify_flow.finish(desk, brought, browser=secret)

        return _say(here, await _by_browser(here, callback, begin_flow, finish_flow))


@app.command
async def etsy(
    *,
    keystring: str,
    shared_secret: str | None = None,
    refresh_token: str | None = None,
    webhook_secret: str | None = None,
    callback: str = CALLBACK,
    here: Here,
) -> int:
    """Connect an Etsy shop.

    Args:
        keystring: of the app, from Etsy's developer portal.
        shared_secret: of the app; asked for when it is left out.
        refresh_token: got elsewhere; it is used up by this. Without it, by the consent page.
        webhook_secret: what the portal signs webhooks with (`whsec_…`); it can be given later.
        callback: where the browser comes back to, exactly as registered with the app.
    """
    if webhook_secret is not None:
        etsy_flow.check_webhook_secret(webhook_secret)
    credentials = AppCredentials(keystring, shared_secret or here.ask_secret("shared secret"))
    async with here.ground() as ground, open_peg(ground) as peg:
        desk = peg.desk

        async def begin_flow(secret: str) -> str:
            return await etsy_flow.begin(
                desk, app=credentials, redirect_uri=callback, browser=secret
            )

        async def finish_flow(brought: Mapping[str, str], secret: str) -> Shop:
            return await etsy_flow.finish(desk, brought, browser=secret)

        if refresh_token is not None:
            found = await etsy_flow.by_refresh_token(
                desk, app=credentials, refresh_token=refresh_token
            )
        else:
            found = await _by_browser(here, callback, begin_flow, finish_flow)
        if webhook_secret is not None:
            await etsy_flow.keep_webhook_secret(desk, found.id, webhook_secret)
        return _say(here, found)


@app.command(name="webhook-secret")
async def webhook_secret(shop: str, secret: str | None = None, /, *, here: Here) -> int:
    """Enter what an Etsy shop's webhooks are signed with, from the developer portal.

    Args:
        shop: such as `etsy:61234567`, or `etsy` while you have one there.
        secret: `whsec_…`; asked for when it is left out.
    """
    given = secret or here.ask_secret("webhook secret")
    async with here.ground() as ground, open_peg(ground) as peg:
        found = await etsy_flow.keep_webhook_secret(peg.desk, shop, given)
    sentence = f"{found.id}: webhooks signed with this secret are believed from now on"
    return here.show(Report(facts={"shop": found.id}, sentence=sentence))


async def _by_browser(here: Terminal, callback: str, begin_flow: Begin, finish: Finish) -> Shop:
    secret = pending.new_secret()
    async with Callback(callback) as listening:
        address = await begin_flow(secret)
        here.err.print("Open this page, and allow PEG there:", markup=False)
        here.err.file.write(address + "\n")
        if here.interactive:
            webbrowser.open(address)
        brought = await listening.parameters(_state_in(address))
        try:
            shop = await finish(brought, secret)
        except PegError as error:
            listening.answer(f"The shop is not connected: {error}.")
            raise
        listening.answer(f"{shop.name} ({shop.id}) is connected.")
    return shop


def _state_in(consent_page: str) -> str:
    """What the consent page sends back, so that a stranger's request is known as one."""
    return dict(parse_qsl(urlsplit(consent_page).query))["state"]


def _say(here: Terminal, shop: Shop) -> int:
    facts = {
        "shop": shop.id,
        "name": shop.name,
        "currency": shop.currency,
        "scopes": sorted(shop.scopes),
    }
    return here.show(Report(facts=facts, sentence=f"{shop.name} ({shop.id}) is connected"))
