"""Who may read: callers on this machine, or with the bearer token if one is set."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from peg.web.refusals import NotAllowed

Guard = Callable[..., Awaitable[None]]

BEARER = HTTPBearer(
    scheme_name="PEG_API_TOKEN",
    description="The token that PEG_API_TOKEN names; where none is set, callers on this machine"
    " need none, and others are not answered.",
    auto_error=False,
)

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def guard(api_token: str | None) -> Guard:
    """A dependency that lets through who may read."""

    async def check(
        request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
    ) -> None:
        if api_token is not None:
            _check_token(given.credentials if given else "", api_token)
        elif not _is_local(request):
            raise NotAllowed(
                "only callers on this machine are answered: set PEG_API_TOKEN, and send it as"
                " `Authorization: Bearer …`"
            )

    return check


def _check_token(given: str, api_token: str) -> None:
    if not hmac.compare_digest(given.strip().encode(), api_token.encode()):
        raise NotAllowed("send the token of PEG_API_TOKEN as `Authorization: Bearer …`")


def _is_local(request: Request) -> bool:
    """From this machine, addressed to this machine, and passed on by nobody.

    The address asked for is checked too: a page of a stranger whose name resolves to 127.0.0.1
    could otherwise read everything through the owner's own browser.
    """
    if any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip")):
        return False
    caller = request.client.host if request.client is not None else ""
    return caller in LOOPBACK and _host(f"//{request.headers.get('host', '')}") in LOOPBACK


def _host(address: str) -> str:
    """The name in an address, without its port; empty where it is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
