"""A command line that cannot be, in plain words: the library's own name its inside."""

import inspect
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from cyclopts import CycloptsError
from cyclopts.exceptions import UnknownOptionError, UnusedCliTokensError

from peg.cli.commands import looks
from peg.domain.near import did_you_mean, quoted

LIMIT = "--limit"
"""What lists take that grow without end; one that does not is cut by the shell."""


SETTINGS = "peg.settings.environment"
"""Loaded once somebody has mistyped: whoever asks for help need not wait for it."""


def told(error: CycloptsError) -> str:
    """What is wrong with what was typed, and what the command takes."""
    if isinstance(error, UnknownOptionError):
        return _no_such_option(error)
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


def _no_such_option(error: UnknownOptionError) -> str:
    """What is like it, or does as much elsewhere; its value may be a secret, and is not said."""
    option = (error.token.keyword or error.token.value).partition("=")[0]
    command = " ".join(["peg", *(error.command_chain or ())])
    known = {name for one in error.argument_collection if one.parse for name in one.names}
    near = did_you_mean(option, {*known, "--json", "--help"}, mark="--")
    instead = "" if near else _instead(option, command, error.command_chain or ())
    return (
        f"`{command}` has no option {quoted(option)}{near}{instead}; `{command} --help` tells all"
        " that it takes"
    )


LISTENING = ("PEG_HOST", "PEG_PORT")
"""What only `peg run` heeds."""


def _instead(option: str, command: str, chain: Sequence[str]) -> str:
    """What sets this, or shows as much: a setting of that name, or the shell."""
    setting = import_module(SETTINGS).setting_like(option)
    if setting and (setting not in LISTENING or tuple(chain) == ("run",)):
        return (
            f": the setting {setting} does that, as in `{setting}=… {command}` (docs/settings.md)"
        )
    if option == LIMIT and chain and looks(chain[0]):
        return f": it shows all there is, and `{command} | head -n 20` the first lines of it"
    return ""


def _takes(command: Callable[..., Any] | None) -> list[str]:
    """The words that stand behind a command, in the writing of its help."""
    found = inspect.signature(command).parameters.values() if command else ()
    places = [one for one in found if one.kind is one.POSITIONAL_ONLY]
    return [one.name.upper().replace("_", "-") for one in places]


def _typed(error: CycloptsError) -> Sequence[str]:
    """The words behind the command; none where options stand among them."""
    words = (error.root_input_tokens or [])[len(error.command_chain or ()) :]
    return [] if any(word.startswith("-") for word in words) else words
