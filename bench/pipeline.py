"""A hundred million orders in Parquet, through stage, check and publish, and a product made of them.

Held against the same SQL by hand, into one file, within the same memory. Checks are told apart: by hand there are none.
`ROWS=10000000 make bench ONLY=pipeline` is a smaller one. Each round is a process of its own, whose peak of memory is
the whole process's: DuckDB's limit, and Python with its libraries beside it.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from bench.harness import INSTALLED, Figure

ROWS = int(os.environ.get("ROWS", "100000000"))
MEMORY = "2GB"
BESIDE = 0.4
"""Gigabytes that Python, Arrow and DuckDB's own code take beside what DuckDB is limited to."""

MESH = """\
apiVersion: meshwright/v1
kind: Mesh
name: shop
"""
ORDERS = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: One row per order.}
schedule: {cron: "0 0 * * *"}
inputPorts:
  - name: lines
    source: {block: files, connection: lines, path: lines.parquet, format: parquet}
outputPorts:
  - name: orders
    version: 1.0.0
    publish: {mode: replace}
    contract:
      schema:
        - name: orders
          properties:
            - {name: order_id, logicalType: integer, required: true}
            - {name: customer_id, logicalType: integer, required: true}
            - {name: country, logicalType: string, required: true}
            - {name: quantity, logicalType: integer, required: true}
            - {name: amount, logicalType: number, required: true}
            - {name: ordered_at, logicalType: timestamp, required: true}
"""
DAILY = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: What each country ordered on each day.}
schedule: {on: inputs}
inputPorts: [{name: orders, from: "sales.orders:orders@1"}]
outputPorts:
  - name: daily
    version: 1.0.0
    publish: {mode: replace}
    contract:
      schema:
        - name: daily
          properties:
            - {name: country, logicalType: string, primaryKey: true}
            - {name: day, logicalType: date, primaryKey: true}
            - {name: customers, logicalType: integer, required: true}
            - {name: amount, logicalType: number, required: true}
"""
SQL = {
    "orders": "SELECT order_id, customer_id, country, quantity, quantity * price AS amount, ordered_at FROM lines",
    "daily": """
SELECT country, CAST(ordered_at AS DATE) AS day, COUNT(DISTINCT customer_id) AS customers, SUM(amount) AS amount
FROM orders
GROUP BY country, CAST(ordered_at AS DATE)
""",
}
LINES = """
SELECT
  i AS order_id,
  hash(i) % 5000000 AS customer_id,
  'C' || (hash(i) % 60) AS country,
  1 + i % 9 AS quantity,
  CAST(1 + hash(i) % 20000 / 100.0 AS DECIMAL(9, 2)) AS price,
  TIMESTAMPTZ '2025-01-01' + INTERVAL 1 SECOND * (i // 4) AS ordered_at
FROM range(?) AS _(i)
"""


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder)
        rounds = [(_round("ours", folder), _round("hand", folder)) for _ in range(3)]
    for ours, hand in rounds:
        print(f"  ours {ours}  by hand {hand}", file=sys.stderr)
    work = statistics.median((a["stage"] + a["publish"]) / b["all"] for a, b in rounds)
    checks = statistics.median(a["check"] / b["all"] for a, b in rounds)
    peak = max(a["gigabytes"] for a, _ in rounds)
    bare = max(b["gigabytes"] for _, b in rounds)
    by_hand = f"the same SQL by hand within {MEMORY}, which takes {rounds[0][1]['all']:.0f} s"
    return [
        Figure(f"{ROWS:,} rows: stage and publish", work, "ratio", 1.15, by_hand),
        Figure(f"{ROWS:,} rows: the checks beside it", checks, "ratio", 0.5, "the same; by hand nothing is checked"),
        Figure(f"{ROWS:,} rows: memory at most", peak, "GB", 2 + BESIDE, f"by hand {bare:.2f} GB"),
    ]


def _write(folder: Path) -> None:
    mesh = folder / "mesh"
    for product, manifest in (("orders", ORDERS), ("daily", DAILY)):
        home = mesh / "domains/sales" / product
        home.mkdir(parents=True)
        (home / "product.yaml").write_text(manifest)
        (home / f"{product}.sql").write_text(SQL[product])
    (mesh / "mesh.yaml").write_text(MESH)
    (mesh / "domains/sales/domain.yaml").write_text("apiVersion: meshwright/v1\nkind: Domain\n")
    (folder / "source").mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"COPY ({LINES}) TO '{folder}/source/lines.parquet'", [ROWS])


def _round(who: str, folder: Path) -> dict[str, float]:
    shutil.rmtree(folder / "made", ignore_errors=True)
    (folder / "made").mkdir()
    words = [sys.executable, "-m", "bench.pipeline_child", who, str(folder), MEMORY]
    said = subprocess.run(words, capture_output=True, text=True, check=False, env=INSTALLED)
    if said.returncode:
        raise RuntimeError(said.stderr[-2000:])
    found: dict[str, float] = json.loads(said.stdout)
    return found
