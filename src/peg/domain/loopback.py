"""Which hosts are this very machine."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine whatever any name server says.

    >>> is_loopback("LOCALHOST."), is_loopback("[::1]"), is_loopback("localhost.evil.example")
    (True, True, False)
    """
    name = host.strip("[]").lower().rstrip(".")
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
