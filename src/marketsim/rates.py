"""Rates of faults as a person types them: `name=rate,...`."""

from difflib import get_close_matches
from fnmatch import fnmatchcase

from marketsim.build import FAULTS
from marketsim.faults import Fault, UnknownFault

CHANCE = "chance"
"""Stands for all that strike at times: what always holds stays, as does what never strikes."""

NEAR_MAX = 3


def parse_rates(text: str) -> dict[str, float]:
    """Read `name=rate,...`; a name may hold `*`, or be `chance`. What comes later counts.

    Raises:
        UnknownFault: nothing has that name.
        ValueError: it is no name with a rate from 0 to 1.
    """
    rates: dict[str, float] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, rate = (word.strip() for word in part.partition("="))
        if not name:
            raise ValueError(f"{part}: write name=rate, such as *.webhook_lost=0.2")
        meant = [known.name for known in FAULTS.values() if _is_meant(known, name)]
        if not meant:
            raise UnknownFault(f"{name}: no such fault{_meant(name)}")
        rates |= dict.fromkeys(meant, _rate(part, rate))
    return rates


def _is_meant(known: Fault, name: str) -> bool:
    return known.by_chance if name == CHANCE else fnmatchcase(known.name, name)


def _rate(part: str, typed: str) -> float:
    try:
        rate = float(typed)
    except ValueError as wrong:
        raise ValueError(f"{part}: write name=rate, such as *.webhook_lost=0.2") from wrong
    if not 0 <= rate <= 1:
        raise ValueError(f"{part}: a rate lies between 0 (never) and 1 (always)")
    return rate


def _meant(name: str) -> str:
    """What somebody may have meant, as far as anything is like it."""
    word = name.strip("*.")
    within = [known for known in FAULTS if word and word in known]
    near = (get_close_matches(name, FAULTS, n=NEAR_MAX) or within)[:NEAR_MAX]
    asked = f" (did you mean {' or '.join(near)}?)" if near else ""
    return f"{asked}; `marketsim faults` lists them"
