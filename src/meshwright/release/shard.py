"""Shard: what Airflow reads of the products of one DAG file, a line each: address, digest of the record, DAG.

A worker finds the one line that it needs without reading the others; the record behind it is read by the task. All is
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

    Where `cron` is None, news of any of `starters` starts a run.
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
    owner_url: str | None = None


class Line(NamedTuple):
    """A product in its shard, with the digest of its record."""

    product: str
    record: str
    dag: DagSpec


def line_bytes(line: Line) -> bytes:
    """Return the one spelling of a line; what is as it usually is is left out."""
    plain = line.dag._asdict()
    said = {name: value for name, value in plain.items() if value != DagSpec._field_defaults.get(name, ...)}
    text = json.dumps([line.product, line.record, said], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode() + b"\n"


def heads_of(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the product and the digest of the record of each line, and read nothing else."""
    for text in content.splitlines():
        product, record = json.loads(text.partition(b",{")[0] + b"]")
        yield product, record


def lines_of(content: bytes) -> Iterator[Line]:
    """Yield the lines of a shard, in the order of their products."""
    return (_line(text) for text in content.splitlines())


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
    product, record, dag = json.loads(text)
    return Line(product, record, DagSpec(**dag))
