"""The launcher: parse, run one command, and turn what it raises into a sentence and a code."""

import asyncio
import gc
import inspect
import json as json_format
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from typing import IO, Annotated, Any, ClassVar

from cyclopts import CycloptsError, Parameter
from rich.console import Console

from peg.cli import mistyped
from peg.cli.commands import build, in_full
from peg.cli.output import Output, ReaderGone
from peg.cli.saying import say, window
from peg.domain.errors import EXIT_CODE, ErrorKind, PegError
from peg.monitoring.redaction import redact_text

INTERRUPTED = 130
"""What a shell expects after Ctrl-C; also after SIGTERM where a command ends itself by it."""

NOT_READ = 1
"""Whoever read the output went before its end."""


class NotText(PegError):
    """A word of the command line that holds no text."""

    kind: ClassVar[ErrorKind] = "refused"


def main() -> None:
    """Run `peg` as this process."""
    gc.disable()  # until all is loaded: looking through it for waste costs a tenth of a start
    sys.exit(run(sys.argv[1:], os.environ, interactive=sys.stdin.isatty()))


def run(
    words: Sequence[str],
    environment: Mapping[str, str],
    *,
    out: IO[str] | None = None,
    err: IO[str] | None = None,
    interactive: bool = False,
) -> int:
    """Run one command line; its exit code."""
    width = None if out is None else int(environment.get("COLUMNS", "200"))
    printed = Output(sys.stdout) if out is None else out
    stdout = Console(file=printed, width=width, emoji=False)
    stderr = Console(file=Output(sys.stderr) if err is None else err, emoji=False)
    app = in_full(build(), *words[:1])
    as_json = "--json" in words
    refuse = partial(_refused, stderr, window(stderr, environment), as_json=as_json)
    app.version = partial(_version, as_json=as_json)

    @app.meta.default
    def launch(
        *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
        json: Annotated[bool, Parameter(negative="", help="Print JSON, for programs.")] = False,
    ) -> int:
        command, bound, ignored = app.parse_args(
            tokens, exit_on_error=False, print_error=False, console=stdout
        )
        if "here" in ignored:
            bound.arguments["here"] = ignored["here"](
                environment=environment, out=stdout, err=stderr, json=json, interactive=interactive
            )
        return _finished(command, bound)

    try:
        _refuse_odd(words)
        code = app.meta(
            words,
            exit_on_error=False,
            print_error=False,
            console=stdout,
            result_action="return_value",
        )
        if isinstance(printed, Output):
            printed.finish()
    except CycloptsError as error:
        return refuse("BadCommand", mistyped.told(error), EXIT_CODE["refused"])
    except PegError as error:
        return refuse(type(error).__name__, _in_full(error), EXIT_CODE[error.kind])
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED
    except ReaderGone:
        return NOT_READ
    except Exception:  # noqa: BLE001 - the process's edge: nothing was expected to come this far
        trace = redact_text(traceback.format_exc())
        return _refused(stderr, None, "Fault", trace, EXIT_CODE["bug"], as_json=as_json)
    return int(code or 0)


def _refuse_odd(words: Sequence[str]) -> None:
    """Refuse what no shop, no database and no screen can carry.

    Raises:
        NotText: a word holds bytes that are no text, or a zero byte.
    """
    for word in words:
        if "\0" in word or any("\ud800" <= character <= "\udfff" for character in word):
            raise NotText(f"{word[:40]!a} holds bytes that are no text: type it again")


def _in_full(error: PegError) -> str:
    """Its sentence, and what the command that met it has to add."""
    return ". ".join((str(error), *getattr(error, "__notes__", ())))


def _version(*, as_json: bool) -> str:
    number = version("peg")
    return json_format.dumps({"version": number}) if as_json else number


def _finished(command: Callable[..., Any], bound: inspect.BoundArguments) -> int:
    if not gc.isenabled():
        gc.freeze()  # what was loaded stays: nobody looks through it again, not even at the end
        gc.enable()
    result = command(*bound.args, **bound.kwargs)
    if inspect.iscoroutine(result):
        result = asyncio.run(result)
    return int(result or 0)


def _refused(
    err: Console, width: int | None, name: str, sentence: str, code: int, *, as_json: bool
) -> int:
    if as_json:
        err.file.write(json_format.dumps({"error": name, "sentence": sentence}) + "\n")
    else:
        say(err, f"peg: {sentence}", width)
    return code
