"""Connect both practice shops through the real consent pages, as an owner's browser would."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx2

from peg.cli.demo.practice import PATIENCE_S, BadRehearsal, Control
from peg.db.transaction import begin
from peg.domain.errors import PegError
from peg.shops import directory
from peg.shops.connect import etsy, shopify
from peg.shops.directory import AppCredentials, Shop
from peg.wiring.peg import Peg

T = TypeVar("T")
TRIES = 3


async def connect_both(
    peg: Peg, control: Control, practice_urls: Mapping[str, str], *, peg_url: str
) -> tuple[Shop, Shop]:
    """Say yes on both consent pages, and register Etsy's webhooks in its portal by hand."""
    told = await control.read("connection")
    browser = secrets.token_urlsafe()
    urls = practice_urls
    return (
        await persistently(
            partial(_shopify, peg, told["shopify"], browser, peg_url, urls["shopify"])
        ),
        await persistently(partial(_etsy, peg, told["etsy"], browser, peg_url, urls["etsy"])),
    )


async def at_once() -> None:
    """Without a pause."""


async def persistently(
    step: Callable[[], Awaitable[T]], *, pause: Callable[[], Awaitable[object]] = at_once
) -> T:
    """As a person does: of a shop that gave no answer it is asked again, after a pause.

    Who connects presses the button again, and gets a new code.

    Raises:
        PegError: it was refused, or gave no answer so often.
    """
    for _ in range(TRIES - 1):
        try:
            return await step()
        except PegError as error:
            if error.kind != "transient":
                raise
        await pause()
    return await step()


async def _shopify(
    peg: Peg, told: Mapping[str, str], browser: str, peg_url: str, dashboard: str
) -> Shop:
    callback = f"{peg_url}/connect/shopify/callback"
    await peg.http.post(
        f"{dashboard}/_dashboard/callbacks", json={"url": callback}, timeout=PATIENCE_S
    )
    page = await shopify.begin(
        peg.desk,
        shop=told["shop"],
        app=AppCredentials(told["client_id"], told["client_secret"]),
        redirect_uri=callback,
        browser=browser,
    )
    return await shopify.finish(peg.desk, await _say_yes(peg.http, page), browser=browser)


async def _etsy(peg: Peg, told: Mapping[str, str], browser: str, peg_url: str, portal: str) -> Shop:
    callback = f"{peg_url}/connect/etsy/callback"
    await peg.http.post(f"{portal}/_portal/callbacks", json={"url": callback}, timeout=PATIENCE_S)
    page = await etsy.begin(
        peg.desk,
        app=AppCredentials(told["keystring"], told["shared_secret"]),
        redirect_uri=callback,
        browser=browser,
    )
    shop = await etsy.finish(peg.desk, await _say_yes(peg.http, page), browser=browser)
    registered = await peg.http.post(
        f"{portal}/_portal/webhooks",
        json={"url": f"{peg_url}/webhooks/etsy"},
        timeout=PATIENCE_S,
    )
    async with begin(peg.ground.database) as session:
        await directory.set_webhook_secret(
            session, peg.ring, shop.id, str(registered.json()["secret"])
        )
    return shop


async def _say_yes(http: httpx2.AsyncClient, page: str) -> dict[str, str]:
    """Open the consent page, press the button, and read where the browser is sent back to."""
    answer = await http.get(f"{page}&auto=1", timeout=PATIENCE_S)
    if "location" not in answer.headers:
        address = page.partition("?")[0]
        raise BadRehearsal(
            f"{address} did not send the browser back to PEG, but answered {answer.status_code}:"
            " if PEG_SHOPIFY_URL or PEG_ETSY_URL is set, it must lead to the practice shops of this"
            " very demo"
        )
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
