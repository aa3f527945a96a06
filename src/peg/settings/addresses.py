"""Addresses as they may be set: of a database that PEG can use, and of whom tokens may go to."""

from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from peg.domain.loopback import is_loopback

SQLITE, POSTGRESQL = "sqlite+aiosqlite", "postgresql+asyncpg"
DRIVERS = {
    **dict.fromkeys(("sqlite", SQLITE), SQLITE),
    **dict.fromkeys(("postgres", "postgresql", POSTGRESQL), POSTGRESQL),
}
"""How a database may be called, and what PEG speaks to it with."""

DATABASE_FORMS = f"write {SQLITE}:////FOLDER/peg.db or {POSTGRESQL}://USER:PASSWORD@HOST/NAME"


def database_address(address: str) -> str:
    """The address as PEG uses it. The sentences never repeat it: it may hold a password.

    Raises:
        ValueError: it is none, of another kind of database, or of one that does not last.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise ValueError(f"this is no address of a database: {DATABASE_FORMS}") from None
    driver = DRIVERS.get(url.drivername)
    if driver is None:
        raise ValueError(f"PEG cannot use {url.drivername!r}: {DATABASE_FORMS}")
    if driver == SQLITE and url.database in {None, "", ":memory:"}:
        raise ValueError(f"the file is missing, and the book must outlive PEG: {DATABASE_FORMS}")
    if not str(url.query.get("timeout", "0")).replace(".", "", 1).isdecimal():
        raise ValueError("`timeout` is a number of seconds")
    return url.set(drivername=driver).render_as_string(hide_password=False)


def web_address(address: str, *, like: str) -> str:
    """The address without a slash at its end; encrypted, unless it is this very machine's.

    Raises:
        ValueError: it is none, or would send tokens unencrypted.
    """
    parts = urlsplit(address.replace("{shop}", "shop"))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{address!r} is no web address: write it like {like}")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(
            f"{address!r} would send tokens unencrypted: use https;"
            " plain http is for this machine only"
        )
    return address.rstrip("/")
