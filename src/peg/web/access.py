"""Who may read: callers on this machine, or with the token if one is set.

A program sends it as a bearer token. A browser asks for a name and a password: the token is the
password, and any name will do.
"""

import binascii
import hmac
from base64 import b64decode
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

_SENT = "as `Authorization: Bearer …`, or in a browser as the password of any name"

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def guard(api_token: str | None) -> Guard:
    """A dependency that lets through who may read."""

    async def check(
        request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
    ) -> None:
        if api_token is not None:
            _check_token(_token(request, given), api_token)
        elif not _is_local(request):
            raise NotAllowed(
                f"only callers on this machine are answered: set PEG_API_TOKEN, and send it {_SENT}"
            )

    return check


def _check_token(given: str, api_token: str) -> None:
    if not hmac.compare_digest(given.strip().encode(), api_token.encode()):
        raise NotAllowed(f"send the token of PEG_API_TOKEN {_SENT}")


def _token(request: Request, bearer: HTTPAuthorizationCredentials | None) -> str:
    """What was sent as the token; empty where nothing was."""
    if bearer is not None:
        return bearer.credentials
    scheme, _, packed = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(packed, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


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
