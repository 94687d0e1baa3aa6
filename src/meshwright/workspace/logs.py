"""Logs: one line an event, and every line says which release, which address, which run it belongs to."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from meshwright.model.time import instant_text

_about: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("about", default=())


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """Give every line that is logged within these facts, such as `address=…, release=…, run=…`; None is left out."""
    known = dict(_about.get()) | {name: str(value) for name, value in facts.items() if value is not None}
    token = _about.set(tuple(known.items()))
    try:
        yield
    finally:
        _about.reset(token)


def configure(style: str, stream: TextIO = sys.stderr) -> None:
    """Send meshwright's own log lines to `stream`, as `text` for people or `json` for machines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine() if style == "json" else TextLine())
    logger = logging.getLogger("meshwright")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


class TextLine(logging.Formatter):
    """`2026-01-01T00:00:00Z INFO published address=a.b run=…`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line; what an exception has to say follows it."""
        facts = "".join(f" {name}={value}" for name, value in _about.get())
        return f"{_time(record)} {record.levelname} {record.getMessage()}{facts}{_exception(self, record)}"


class JsonLine(logging.Formatter):
    """The same as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON."""
        line = {"time": _time(record), "level": record.levelname, "message": record.getMessage(), **dict(_about.get())}
        return json.dumps(line | ({"exception": _exception(self, record).strip()} if record.exc_info else {}))


def _time(record: logging.LogRecord) -> str:
    return instant_text(datetime.fromtimestamp(record.created, UTC).replace(microsecond=0))


def _exception(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return f"\n{formatter.formatException(record.exc_info)}" if record.exc_info else ""
