"""Shard: what Airflow reads of the products of one DAG file, a line each: its head, then its DAG.

A head holds the address, the digest of the record, what it is made of, and how the product is linked to others. A
worker finds the one line that it needs without reading the others; the record behind it is read by the task. All is
text and numbers, and a value's class is the cheapest that there is: each task makes it anew (docs/decisions/0046).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from meshwright.model.errors import Corrupt, NotFound
from meshwright.release.files import FORMAT, ROOT, shard_file, verified


class DagSpec(NamedTuple):
    """What Airflow is told of a product. Lengths of time are seconds; ports are pairs of an asset's name and URI.

    Where `cron` is None, news of any of `starters` starts a run. `partitions` are the assets of ports' partitions.
    """

    description: str
    doc: str
    owner: str
    tags: tuple[str, ...]
    wait: float
    cron: str | None = None
    timezone: str = "UTC"
    starters: tuple[tuple[str, str], ...] = ()
    outlets: tuple[tuple[str, str], ...] = ()
    partitions: tuple[tuple[str, str], ...] = ()
    owner_url: str | None = None
    retries: int = 3
    timeout: float | None = None
    pool: str | None = None
    alert_after: float | None = None


class Line(NamedTuple):
    """A product in its shard, with the digest of its record and of all that this is made of, and its plain outline."""

    product: str
    record: str
    made_of: str
    outline: list[Any]
    dag: DagSpec


class Head(NamedTuple):
    """A line without its DAG, and its bytes."""

    product: str
    record: str
    made_of: str
    outline: list[Any]
    line: bytes


def line_bytes(line: Line) -> bytes:
    """Return the one spelling of a line; what is as it usually is is left out."""
    plain = line.dag._asdict()
    said = {name: value for name, value in plain.items() if value != DagSpec._field_defaults.get(name, ...)}
    parts = (line[:4], said)
    head, dag = (json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=False) for part in parts)
    return f"{head[:-1]}{_DAG.decode()}{dag}]\n".encode()


_DAG = b",\t"
"""Where the head of a line ends: a space of JSON's that no text in it can hold as it is."""


def heads_of(content: bytes) -> Iterator[Head]:
    """Yield the head of each line, and read nothing else."""
    lines = content.splitlines(keepends=True)  # JSON breaks no line otherwise
    heads = json.loads(b"[" + b"],".join([line[: line.index(_DAG)] for line in lines]) + b"]]") if lines else ()
    return (Head._make((*head, line)) for head, line in zip(heads, lines, strict=True))


def lines_of(content: bytes) -> Iterator[Line]:
    """Yield the lines of a shard, in the order of their products."""
    return (_line(text) for text in content.split(b"\n")[:-1])


def read_lines(folder: Path, release: str, shard: str) -> Iterator[Line]:
    """Yield the lines of a shard of the release in `folder`. Raises `NotFound` or `Corrupt`."""
    entry = next((s for s in read_shards(folder, release) if s["name"] == shard), None)
    if entry is None:
        raise NotFound(f"release {release[:12]} has no shard `{shard}`")
    return lines_of(_shard(folder, release, entry))


def read_line(folder: Path, release: str, product: str) -> Line:
    """Return the line of a product. Raises `NotFound` or `Corrupt`."""
    domain = product.partition(".")[0]
    begun = [s for s in read_shards(folder, release) if _in(domain, s["first"]) and s["first"] <= product]
    content = b"\n" + _shard(folder, release, begun[-1]) if begun else b""
    start = content.find(f'\n["{product}",'.encode()) + 1
    if not start:
        raise NotFound(f"release {release[:12]} has no product `{product}`")
    return _line(content[start : content.index(b"\n", start)])


def read_shards(folder: Path, release: str) -> list[dict[str, str]]:
    """Return name, first product and digest of each shard of the release in `folder`. Raises `NotFound`, `Corrupt`."""
    shards: list[dict[str, str]] = root_of(verified(folder, release, ROOT, release), release)["shards"]
    return shards


def root_of(content: bytes, release: str) -> dict[str, Any]:
    """Return a root as it is written. Raises `Corrupt` for a format that this version does not know."""
    plain: dict[str, Any] = json.loads(content)
    if plain.get("format") != FORMAT:
        message = f"release {release[:12]} has the format `{plain.get('format')}`; this version reads `{FORMAT}`"
        raise Corrupt(message, hint="update meshwright here")
    return plain


def _shard(folder: Path, release: str, entry: dict[str, str]) -> bytes:
    return verified(folder, release, shard_file(entry["name"]), entry["digest"])


def _in(domain: str, product: str) -> bool:
    return product.partition(".")[0] == domain


def _line(text: bytes) -> Line:
    product, record, made_of, outline, dag = json.loads(text)
    return Line(product, record, made_of, outline, DagSpec(**dag))
