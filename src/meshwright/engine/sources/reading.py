"""Reading: what an engine asks of a source, and what it is given: files that are here, or batches of rows.

Whatever the kind of source and whichever engine asks, this is the only way in. A source is read once for each stage and
no further than its interval; it knows no engine. What is wrong with it is `SourceNotReady` where it may pass, else
`SourceBroken`, and then nothing of it is published.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.model.contract import Column, LogicalType
from meshwright.model.identity import Connections, Secret
from meshwright.model.kafka import TopicRead
from meshwright.model.product import CopiedSource
from meshwright.model.publish import InputRead, Publish
from meshwright.model.time import Interval, Watermark
from meshwright.model.value import value

if TYPE_CHECKING:
    import pyarrow as pa


@value
class Reading:
    """What a stage asks of a source: an interval of it, with the columns that it is declared to have.

    `scratch` is a folder, not made yet, for what has to be brought here; it stays until the stage is built. `input` is
    the name of the input, and `log` what its product has published before. `is_confidential`: what cannot be read may
    hold what the product classifies or masks, and is not to be kept. `connections` gives the URLs of others that the
    source names.
    """

    source: CopiedSource
    columns: tuple[Column, ...]
    interval: Interval
    url: Secret
    scratch: Path
    input: str = ""
    log: tuple[Publish, ...] = ()
    is_confidential: bool = False
    connections: Connections = dict[str, Secret]().get


@value
class SetAside:
    """What a source gave that can be no row: so many objects of `SET_ASIDE`, one a line, in a file on this machine."""

    path: Path
    number: int


SET_ASIDE = (Column("number", LogicalType.INTEGER), Column("content", LogicalType.STRING))
"""The columns of what is set aside: its place in the order in which it came, and what is kept of it, as JSON."""


@value
class GivenFiles:
    """Files on this machine, in order of time. `format` is csv, json (one object a line) or parquet.

    `topic` is what was read of a topic, where they come from one; `aside` is what came beside rows, and can be none.
    """

    paths: tuple[Path, ...]
    format: str
    topic: TopicRead | None = None
    aside: SetAside | None = None


@value
class GivenRows:
    """Rows, as batches that hold `columns` by name and in their order, in the types that the source has them in.

    The engine brings them to the columns' types; batches are read once, and may differ in their types.
    """

    columns: tuple[Column, ...]
    batches: Iterator["pa.RecordBatch"]


Given = GivenFiles | GivenRows


def read_of(reading: Reading, given: Given, now: datetime) -> InputRead:
    """Return what a log says of a source that was read.

    It is complete up to the interval's end, where it is read by intervals, else up to now.
    """
    complete = min(reading.interval.end, now) if reading.source.is_bounded else now
    match given:
        case GivenFiles(topic=None):
            return InputRead(reading.input, None, None, Watermark(complete), written=_written(given.paths))
        case GivenFiles(topic=topic):
            quarantined = given.aside.number if given.aside else 0
            return InputRead(reading.input, None, None, Watermark(complete), topic=topic, quarantined=quarantined)
        case _:
            return InputRead(reading.input, None, None, Watermark(complete))


def _written(paths: Sequence[Path]) -> datetime:
    """Return when the newest of some files was written."""
    return datetime.fromtimestamp(max(path.stat().st_mtime for path in paths), UTC)
