"""Which addresses PEG may speak to."""

import re
from typing import ClassVar
from urllib.parse import urlsplit

from peg.domain.errors import ErrorKind, PegError
from peg.domain.loopback import is_loopback
from peg.domain.near import quoted

# \Z and not $, which would let a trailing newline pass. What a browser adds to a domain is cut off;
# a path, a port or a name before an @ is not, since then the host may be another one.
_SHOP_DOMAIN = re.compile(
    r"(?:https?://)?(?P<name>[a-z0-9][a-z0-9-]{0,62})(?:\.myshopify\.com/?)?\Z",
    re.ASCII | re.IGNORECASE,
)


class BadShopDomain(PegError):
    """Text that is no Shopify shop's address."""

    kind: ClassVar[ErrorKind] = "refused"


class InsecureUrl(PegError):
    """Secrets would travel unencrypted."""

    kind: ClassVar[ErrorKind] = "refused"


def parse_shop_domain(text: str) -> str:
    """`NAME.myshopify.com` from whatever a person copies: NAME alone, or the browser's address.

    Raises:
        BadShopDomain: anything else; a token must never be sent to a stranger's host.
    """
    found = _SHOP_DOMAIN.match(text.strip(" "))
    if found is None:
        raise BadShopDomain(
            f"{quoted(text)} is no shop's address: write it as NAME.myshopify.com, as in the admin"
            " under Settings, Domains; of admin.shopify.com/store/NAME it is the NAME"
        )
    return f"{found['name'].lower()}.myshopify.com"


def secure(url: str) -> str:
    """The URL as it is, if secrets may travel there.

    Raises:
        InsecureUrl: not https, and not http to this very machine.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and is_loopback(parts.hostname or ""):
        return url
    raise InsecureUrl(f"{url!r} is not secure: use https; plain http only for this machine itself")
