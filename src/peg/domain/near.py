"""What somebody may have meant who typed a name that is none."""

from collections.abc import Iterable
from difflib import get_close_matches

NEAR_MAX = 3


def did_you_mean(typed: str, known: Iterable[str]) -> str:
    """Names that are like it, as the end of a sentence; nothing where none is.

    >>> did_you_mean("RNG", ["RING", "NECK"])
    ' (did you mean RING?)'
    >>> did_you_mean("moon", ["RING", "NECK"])
    ''
    """
    near = get_close_matches(typed, sorted(set(known)), n=NEAR_MAX)
    return f" (did you mean {' or '.join(near)}?)" if near else ""
