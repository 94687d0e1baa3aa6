"""A small change into a large product: what a publish of a thousand rows costs where gigabytes are published already.

Held against copying the published file, which is what such a publish does first, so that readers keep the old one
whole, and takes next to nothing on XFS or Btrfs: `TMPDIR` says where. `GIGABYTES=0.5 make bench ONLY=growing` is a
smaller one.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb

from bench.harness import Figure
from meshwright.actions.run import run
from meshwright.compiler.compilation import compile_sound
from meshwright.model.address import product_address
from meshwright.model.time import Interval
from meshwright.workspace.workspace import open_workspace

GIGABYTES = float(os.environ.get("GIGABYTES", "5"))
ROWS = int(GIGABYTES * 1e9 / 64)
"""Eight columns of eight bytes that nothing compresses."""
CHANGED = 1000
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ADDRESS = product_address("sales.readings")

MESH = "apiVersion: meshwright/v1\nkind: Mesh\nname: shop\n"
DOMAIN = "apiVersion: meshwright/v1\nkind: Domain\n"
COLUMNS = "".join(f"            - {{name: v{i}, logicalType: integer}}\n" for i in range(1, 8))
MANIFEST = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {{purpose: One row per reading.}}
schedule: {{cron: "0 0 * * *"}}
inputPorts:
  - name: feed
    source: {{block: files, connection: feed, path: "{{start:%Y-%m-%d}}.parquet", format: parquet}}
outputPorts:
  - name: readings
    version: 1.0.0
    publish: {{mode: {mode}}}
    contract:
      schema:
        - name: readings
          properties:
            - {{name: reading_id, logicalType: integer, primaryKey: true}}
{columns}"""


def figures() -> list[Figure]:
    return [figure for mode in ("append", "merge") for figure in _grown(mode)]


def _grown(mode: str) -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, mode)
        graph = compile_sound(folder / "mesh", folder / "cache")
        places = {"MESH_CONN_FEED": f"file://{folder}/feed", "MESH_DATA": f"{folder}/data", "MESH_MEMORY": "4GB"}
        workspace = open_workspace(folder / "mesh", {**os.environ, **places}, {})

        def build(day: int) -> None:
            interval = Interval(FIRST + day * DAY, FIRST + (day + 1) * DAY)
            run(workspace, graph, ADDRESS, interval, interval.end)

        build(0)
        file = folder / "data/sales/readings/data.duckdb"
        size = file.stat().st_size
        changes = [_measured(partial(build, day)) for day in (1, 2, 3)]
        copies = [_measured(lambda: shutil.copyfile(file, folder / "copy")) for _ in range(3)]
        print(f"  {mode} into {size / 1e9:.2f} GB: {changes}  copies {copies}", file=sys.stderr)
        taken, written = sorted(changes)[1]
        copied, _ = sorted(copies)[1]
    of = f"{CHANGED:,} rows into {size / 1e9:.1f} GB"
    return [
        Figure(f"{mode} {of}", taken / copied, "ratio", 1.5, f"a copy of the file: {copied:.1f} s; ours {taken:.1f} s"),
        Figure(f"{mode} {of}: bytes written", written / size, "ratio", 1.1, "the size of the file"),
    ]


def _new(mode: str) -> int:
    """Return where changed rows begin: merged ones are known already, appended ones come after all others."""
    return ROWS // 2 if mode == "merge" else ROWS


def _measured(work: Callable[[], object]) -> tuple[float, int]:
    """Return the seconds that a call takes, for it waits for the disk, and the bytes that it hands to it."""
    written, start = _written(), time.perf_counter()
    work()
    return time.perf_counter() - start, _written() - written


def _written() -> int:
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("write_bytes")).split()[1])


def _write(folder: Path, mode: str) -> None:
    home = folder / "mesh/domains/sales/readings"
    home.mkdir(parents=True)
    (folder / "feed").mkdir()
    (home / "product.yaml").write_text(MANIFEST.format(mode=mode, columns=COLUMNS))
    (folder / "mesh/mesh.yaml").write_text(MESH)
    (folder / "mesh/domains/sales/domain.yaml").write_text(DOMAIN)
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '4GB'")
        for day in range(4):
            begin, rows = (0, ROWS) if day == 0 else (_new(mode) + day * CHANGED, CHANGED)
            values = ", ".join(f"CAST(hash(i * 8 + {day}, {k}) >> 1 AS BIGINT) AS v{k}" for k in range(1, 8))
            select = f"SELECT i AS reading_id, {values} FROM range({begin}, {begin + rows}) AS _(i)"
            connection.execute(f"COPY ({select}) TO '{folder}/feed/{FIRST + day * DAY:%Y-%m-%d}.parquet'")
