"""What somebody may have meant who typed a name that is none, and how it is said back to them."""

from collections.abc import Iterable
from difflib import get_close_matches

NEAR_MAX = 3

QUOTED_CHARACTERS_MAX = 60


def quoted(typed: str) -> str:
    r"""What was typed, as it stands in a sentence: odd characters can be seen, long text is cut.

    >>> print(quoted("RING\n1"))
    'RING\n1'
    >>> len(quoted("A" * 5_000))
    63
    """
    if len(typed) <= QUOTED_CHARACTERS_MAX:
        return repr(typed)
    return repr(typed[:QUOTED_CHARACTERS_MAX] + "…")


def did_you_mean(typed: str, known: Iterable[str], *, mark: str = "") -> str:
    """Names that are like it, as the end of a sentence; nothing where none is.

    Args:
        typed: what was typed.
        known: the names there are.
        mark: stands before each of them, and makes none like another.

    >>> did_you_mean("RNG", ["RING", "NECK"])
    ' (did you mean RING?)'
    >>> did_you_mean("moon", ["RING", "NECK"])
    ''
    """
    bare = {name.removeprefix(mark) for name in known}
    found = get_close_matches(typed.removeprefix(mark), sorted(bare), n=NEAR_MAX)
    near = [mark + name for name in found]
    return f" (did you mean {' or '.join(near)}?)" if near else ""
