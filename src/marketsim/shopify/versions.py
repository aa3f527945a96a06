"""The API versions this shop speaks, oldest first; quarterly, each living a year or more."""

import re

VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10", "unstable")
_QUARTERLY = re.compile(r"20[0-9]{2}-(01|04|07|10)\Z")


def answering(version: str, *, falls_forward: bool) -> str | None:
    """The version that answers a request for `version`; None when there is no such address."""
    if version in VERSIONS:
        return version
    outdated = _QUARTERLY.match(version) and version < VERSIONS[0]
    return VERSIONS[0] if outdated and falls_forward else None
