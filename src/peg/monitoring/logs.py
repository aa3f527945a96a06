"""Log events, not sentences: dotted noun and past verb, then facts. Identifiers flow by context."""

import io
import logging
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.typing import Processor

from peg.monitoring.log_file import LogFile
from peg.monitoring.redaction import redact_event

LogFormat = Literal["console", "json"]

FOR_THE_FILE = frozenset({"marketplace.called"})
"""Events that come by the thousand: on the console they are shown from `debug` on."""


class _Console:
    """Drops what people did not ask to see."""

    def __init__(self, least: int) -> None:
        self._least = least

    def __call__(
        self, _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        level = logging.getLevelNamesMapping()[str(event["level"]).upper()]
        many = event.get("event") in FOR_THE_FILE and self._least > logging.DEBUG
        if level < self._least or many:
            raise structlog.DropEvent
        return event


class _Lossy(io.TextIOBase):
    """A stream that may lead to a full disk, or to nobody: the line is lost, and no sale is."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def configure_logs(
    *,
    log_format: LogFormat = "console",
    level: str = "info",
    stream: TextIO | None = None,
    file: Path | None = None,
) -> None:
    """Send every log line of the process, libraries' too, through one redacting pipeline.

    Args:
        log_format: how lines are written to `stream`: for people, or for programs.
        level: the least serious event that `stream` gets.
        stream: standard error unless another is named.
        file: gets everything from `info` on as JSON, whatever `level` says.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    out = stream if stream is not None else sys.stderr
    lossy = cast("TextIO", _Lossy(out))
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact_event,
        *([LogFile(file)] if file is not None else []),
        *([_Console(least)] if log_format == "console" else []),
    ]
    taken = least if file is None else min(least, logging.INFO)
    structlog.configure(
        processors=[*shared, _renderer(log_format, out)],
        wrapper_class=structlog.make_filtering_bound_logger(taken),
        logger_factory=structlog.PrintLoggerFactory(lossy),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(lossy)
    _take_over_standard_logging(handler, shared, _renderer(log_format, out), least)


def _renderer(log_format: LogFormat, out: TextIO) -> Any:
    if log_format == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(
        colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _take_over_standard_logging(
    handler: logging.Handler, shared: list[Processor], renderer: Processor, least: int
) -> None:
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(least, logging.WARNING))
