"""Loads: files and rows of a source, brought to tables of a stage that a product's SQL can read.

Columns are read as they are declared, never guessed. Undeclared ones are text in CSV, and what the file says in JSON
and Parquet. What cannot be read is the source's fault, and stops the stage. The last load of a table may be left to
whoever needs what it loads.
"""

import codecs
import csv
import io
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from google.api_core.exceptions import ClientError
from google.cloud import bigquery

from meshwright.engine.bigquery.connection import RETRY, Warehouse, name, reason
from meshwright.engine.bigquery.once import Step, finish
from meshwright.engine.bigquery.tables import field
from meshwright.engine.bigquery.types import TYPES, definitions
from meshwright.model.contract import Column
from meshwright.model.errors import FinalError, SourceBroken
from meshwright.model.value import value

_FORMATS = {"csv": "CSV", "json": "NEWLINE_DELIMITED_JSON", "parquet": "PARQUET"}
_LONGEST_LINE = 4 * 1024 * 1024


@value
class Target:
    """The table that a source is loaded into, by its dataset and its name there, for the input `local`.

    `left` takes the name of the job that goes on, where somebody waits for that one later; None: nobody does.
    """

    warehouse: Warehouse
    dataset: str
    table: str
    local: str
    left: list[str] | None = None

    @property
    def place(self) -> str:
        """Its quoted name."""
        return self.warehouse.place(self.dataset, self.table)


def load_files(target: Target, paths: Sequence[Path], kind: str, columns: Sequence[Column]) -> str:
    """Load files; return a SELECT of what was in them, each declared column in its type."""
    if kind not in _FORMATS:
        raise FinalError(f"files of format `{kind}` cannot be read", hint="write csv, json or parquet")
    if kind == "json" and columns:
        target.warehouse.run(f"CREATE TABLE {target.place} ({definitions(columns)})")
    for path in paths:
        _load_file(target, path, kind, columns)
    match kind:
        case "csv" if columns:
            casts = (f"CAST(NULLIF({name(c.name)}, '') AS {TYPES[c.type]}) AS {name(c.name)}" for c in columns)
            return f"SELECT {', '.join(casts)} FROM {target.place}"
        case "csv":
            texts = ", ".join(f"NULLIF({name(c)}, '') AS {name(c)}" for c in _header(paths[0]))
            return f"SELECT {texts} FROM {target.place}"
        case _ if columns:
            casts = (f"CAST({name(c.name)} AS {TYPES[c.type]}) AS {name(c.name)}" for c in columns)
            return f"SELECT {', '.join(casts)} FROM {target.place}"
        case _:
            return f"SELECT * FROM {target.place}"


def load_rows(target: Target, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> str:
    """Load rows of plain values; return a SELECT of them."""
    target.warehouse.run(f"CREATE OR REPLACE TABLE {target.place} ({definitions(columns)})")
    lines = (json.dumps(_fields(row, columns), ensure_ascii=False, default=str).encode() + b"\n" for row in rows)
    for part in _parts(lines):
        _load(target, io.BytesIO(part), _config("json", _schema(columns)))
    return f"SELECT * FROM {target.place}"


def load_parquet(target: Target, kinds: Mapping[str, str], content: IO[bytes]) -> str:
    """Load a file of Parquet, whose columns are of these types; return a SELECT of what was in it."""
    columns = ", ".join(f"{name(column)} {kind}" for column, kind in kinds.items())
    target.warehouse.run(f"CREATE OR REPLACE TABLE {target.place} ({columns})")
    _load(target, content, _config("parquet", None))
    return f"SELECT * FROM {target.place}"


def _load_file(target: Target, path: Path, kind: str, columns: Sequence[Column]) -> None:
    with _unpacked(path) as content:
        if kind != "parquet":
            _refuse_other_encodings(target, path, content)
        if content.seek(0, io.SEEK_END):
            content.seek(0)
            _load(target, content, _files_config(path, kind, columns))


def finish_loads(warehouse: Warehouse, step: Step, left: Iterable[tuple[str, str]]) -> None:
    """Wait for the loads that were left of inputs, by their names. Raises `Underway` for one that goes on."""
    for local, job in left:
        with _readable(local):
            finish(warehouse, step, job)


def _load(target: Target, content: IO[bytes], config: bigquery.LoadJobConfig) -> None:
    """Load into a table after what was loaded into it before, which may have made it."""
    client = target.warehouse.client
    place = f"{client.project}.{target.dataset}.{target.table}"
    with _readable(target.local):
        while target.left:
            client.get_job(target.left.pop(), location=client.location, retry=RETRY).result()
        job = client.load_table_from_file(content, place, job_config=config)
        if target.left is None:
            job.result()
        else:
            target.left.append(str(job.job_id))


@contextmanager
def _readable(local: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise SourceBroken(f"the source of input `{local}` cannot be read: {reason(error)}") from None


def _files_config(path: Path, kind: str, columns: Sequence[Column]) -> bigquery.LoadJobConfig:
    match kind:
        case "csv":
            config = _config(kind, [bigquery.SchemaField(c, "STRING") for c in _header(path)])
            config.skip_leading_rows = 1
            config.allow_quoted_newlines = True
        case "json" if columns:
            config = _config(kind, _schema(columns))
            config.ignore_unknown_values = True
        case _:
            config = _config(kind, None)
            config.autodetect = True
    return config


def _config(kind: str, schema: Sequence[bigquery.SchemaField] | None) -> bigquery.LoadJobConfig:
    config = bigquery.LoadJobConfig(source_format=_FORMATS[kind], write_disposition="WRITE_APPEND")
    if schema is not None:
        config.schema = schema
    return config


def _schema(columns: Sequence[Column]) -> list[bigquery.SchemaField]:
    return [field(c) for c in columns]


def _header(path: Path) -> list[str]:
    """Return the names in the first row of a file; a row without end is no row."""
    with _unpacked(path) as content, io.TextIOWrapper(content, "utf-8-sig", errors="replace", newline="") as text:
        try:
            return next(csv.reader(_lines(text)), [])
        except csv.Error as error:
            raise SourceBroken(f"the source's file `{path.name}` cannot be read: its first row: {error}") from None


def _lines(text: IO[str]) -> Iterator[str]:
    """Yield the lines of a file. Raises `csv.Error` for one that memory may not hold."""
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise csv.Error("line longer than 4 MB")
        yield line


@contextmanager
def _unpacked(path: Path) -> Iterator[IO[bytes]]:
    """Open a file; what is compressed, as its name says, from a copy that is not: an upload may begin anew."""
    import pyarrow as pa

    if path.suffix not in (".gz", ".zst"):
        with path.open("rb") as content:
            yield content
        return
    with TemporaryFile() as copy:
        try:
            with pa.input_stream(str(path)) as packed:
                shutil.copyfileobj(packed, copy)
        except (OSError, pa.ArrowException) as error:
            raise SourceBroken(f"the source's file `{path.name}` cannot be unpacked: {error}") from None
        copy.seek(0)
        yield copy


def _refuse_other_encodings(target: Target, path: Path, content: IO[bytes]) -> None:
    """Raise `SourceBroken` for bytes that are no UTF-8: BigQuery would put another character in their place."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while part := content.read(1 << 20):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        said = f"the source of input `{target.local}` cannot be read: `{path.name}` is not UTF-8: {error.reason}"
        raise SourceBroken(said) from None


def _fields(row: Mapping[str, Any], columns: Sequence[Column]) -> dict[str, Any]:
    """Return a row as JSON; a value that is JSON itself, as text, is what the text says."""
    structured = {c.name for c in columns if TYPES[c.type] == "JSON"}
    return {
        key: json.loads(value) if key in structured and isinstance(value, str) else value
        for key, value in row.items()
        if value is not None
    }


def _parts(lines: Iterable[bytes], size: int = 32 * 1024 * 1024) -> Iterator[bytes]:
    """Put lines together to parts that memory can hold."""
    part = bytearray()
    for line in lines:
        part += line
        if len(part) >= size:
            yield bytes(part)
            part.clear()
    if part:
        yield bytes(part)
