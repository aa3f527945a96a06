"""Log events, not sentences: dotted noun and past verb, then facts. Identifiers flow by context."""

import logging
import sys
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import Processor

from peg.monitoring.redaction import redact_event

LogFormat = Literal["console", "json"]


def configure_logs(
    *, log_format: LogFormat = "console", level: str = "info", stream: TextIO | None = None
) -> None:
    """Send every log line of the process, libraries' too, through one redacting pipeline."""
    least = logging.getLevelNamesMapping()[level.upper()]
    out = stream if stream is not None else sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact_event,
    ]
    structlog.configure(
        processors=[*shared, _renderer(log_format, out)],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    _take_over_standard_logging(shared, log_format, out, least)


def _renderer(log_format: LogFormat, out: TextIO) -> Any:
    if log_format == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(
        colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _take_over_standard_logging(
    shared: list[Processor], log_format: LogFormat, out: TextIO, least: int
) -> None:
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(log_format, out),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(least, logging.WARNING))
