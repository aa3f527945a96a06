"""A command line that cannot be, in plain words: the library's own name its inside."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from cyclopts import CycloptsError
from cyclopts.exceptions import UnusedCliTokensError

from peg.domain.near import did_you_mean, quoted


def told(error: CycloptsError) -> str:
    """What is wrong with what was typed, and what the command takes."""
    if not isinstance(error, UnusedCliTokensError) or not error.unused_tokens or not error.app:
        return str(error)
    word = error.unused_tokens[0]
    command = " ".join(["peg", *(error.command_chain or ())])
    below = [name for name in error.app if not name.startswith("-")]
    takes = _takes(error.target)
    if below and not takes:
        return (
            f"`{command}` knows no word {quoted(word)}{did_you_mean(word, below)}: behind it stands"
            f" {' or '.join(below)}, or nothing"
        )
    if not takes:
        return (
            f"{quoted(word)} is one word too many: `{command}` takes none, but options (`--help`)"
        )
    typed = _typed(error)
    example = f', such as `{command} "{" ".join(typed)}"`' if len(takes) == 1 and typed else ""
    return (
        f"{quoted(word)} is one word too many: `{command}` takes {' '.join(takes)}. What has spaces"
        f" in it stands in quotes{example}; `{command} --help` tells all that it takes"
    )


def _takes(command: Callable[..., Any] | None) -> list[str]:
    """The words that stand behind a command, in the writing of its help."""
    found = inspect.signature(command).parameters.values() if command else ()
    places = [one for one in found if one.kind is one.POSITIONAL_ONLY]
    return [one.name.upper().replace("_", "-") for one in places]


def _typed(error: CycloptsError) -> Sequence[str]:
    """The words behind the command; none where options stand among them."""
    words = (error.root_input_tokens or [])[len(error.command_chain or ()) :]
    return [] if any(word.startswith("-") for word in words) else words
