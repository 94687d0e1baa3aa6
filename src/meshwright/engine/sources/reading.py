"""Reading: what an engine asks of a source, and what it is given: files that are here, or batches of rows.

Whatever the kind of source and whichever engine asks, this is the only way in. A source is read once for each stage and
no further than its interval; it knows no engine. What is wrong with it is `SourceNotReady` where it may pass, else
`SourceBroken`, and then nothing of it is published.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.model.contract import Column
from meshwright.model.identity import Secret
from meshwright.model.product import CopiedSource
from meshwright.model.time import Interval, Watermark

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Reading:
    """What a stage asks of a source: an interval of it, with the columns that it is declared to have.

    `scratch` is a folder, not made yet, for what has to be brought here; it stays until the stage is built.
    """

    source: CopiedSource
    columns: tuple[Column, ...]
    interval: Interval
    url: Secret
    scratch: Path


@dataclass(frozen=True, slots=True)
class GivenFiles:
    """Files on this machine, in order of time. `format` is csv, json (one object a line) or parquet."""

    paths: tuple[Path, ...]
    format: str


@dataclass(frozen=True, slots=True)
class GivenRows:
    """Rows, as batches that hold `columns` by name and in their order, in the types that the source has them in.

    The engine brings them to the columns' types; batches are read once, and may differ in their types.
    """

    columns: tuple[Column, ...]
    batches: Iterator["pa.RecordBatch"]


Given = GivenFiles | GivenRows


def complete(source: CopiedSource, interval: Interval, now: datetime) -> Watermark:
    """Return up to when a source has been read: to the interval's end, where it is read by intervals, else to now."""
    return Watermark(min(interval.end, now) if source.is_bounded else now)
