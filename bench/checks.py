"""What do thirty checks of a port of ten million rows cost, as a whole command?

datacontract-cli and soda-core hold the same rows, in a file of DuckDB too, against the same columns and checks, for
which Soda has words of its own. All find that all pass, or the bench ends; the first round, in which bytecode is made,
is not counted. `ROWS=1000000 make bench ONLY=checks` is a smaller one; with `SHUFFLED=1` rows lie in no order. Memory
is the peak of the whole process, which DuckDB may use as it likes.
"""

import json
import os
import statistics
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import duckdb
import yaml

from bench.commands import MESH
from bench.harness import Figure, Spent, spent
from bench.peers import fetched
from bench.soda import contract_of

ROWS = int(os.environ.get("ROWS", "10000000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
SHUFFLED = "SHUFFLED" in os.environ
CHECKS = 30

SCHEMA = """\
- name: orders
  properties:
    - {name: order_id, logicalType: string, required: true, unique: true}
    - name: customer_id
      logicalType: string
      required: true
      quality:
        - {name: customer-blank, metric: missingValues, arguments: {missingValues: ["", "n/a"]}, mustBe: 0}
        - {name: customer-shape, metric: invalidValues, arguments: {pattern: "^C[0-9]+$"}, mustBe: 0}
        - {name: customer-some, metric: nullValues, unit: percent, mustBeLessThan: 1}
    - name: product_id
      logicalType: string
      required: true
      quality:
        - {name: product-shape, metric: invalidValues, arguments: {pattern: "^P[0-9]{1,5}$"}, mustBe: 0}
        - {name: product-blank, metric: missingValues, arguments: {missingValues: ["", "-"]}, mustBe: 0}
    - name: channel
      logicalType: string
      required: true
      quality:
        - {name: channel-known, metric: invalidValues, arguments: {validValues: [web, shop, phone]}, mustBe: 0}
        - {name: channel-blank, metric: missingValues, arguments: {missingValues: [""]}, mustBe: 0}
    - name: country
      logicalType: string
      required: true
      quality:
        - {name: country-known, metric: invalidValues, arguments: {validValues: [BE, DE, FR, NL]}, mustBe: 0}
        - {name: country-blank, metric: missingValues, arguments: {missingValues: [""]}, mustBe: 0}
    - {name: line, logicalType: integer, required: true}
    - name: quantity
      logicalType: integer
      required: true
      quality:
        - {name: quantity-known, metric: invalidValues, arguments: {validValues: [1,2,3,4,5,6,7,8,9]}, mustBe: 0}
        - {name: quantity-positive, type: sql, query: "SELECT COUNT(*) FROM {object} WHERE quantity <= 0", mustBe: 0}
    - name: unit_price
      logicalType: number
      required: true
      quality:
        - {name: price-positive, type: sql, query: "SELECT COUNT(*) FROM {object} WHERE unit_price <= 0", mustBe: 0}
    - name: discount
      logicalType: number
      required: true
      quality:
        - {name: discount-small, type: sql, query: "SELECT COUNT(*) FROM {object} WHERE discount > amount", mustBe: 0}
        - {name: discount-some, metric: nullValues, mustBe: 0}
    - name: amount
      logicalType: number
      required: true
      quality:
        - {name: amount-known, type: sql, query: "SELECT COUNT(*) FROM {object} WHERE amount < 0", mustBe: 0}
    - {name: ordered_at, logicalType: timestamp, required: true}
  quality:
    - {name: some-rows, metric: rowCount, mustBeGreaterThan: 0}
    - name: one-line
      metric: duplicateValues
      arguments: {properties: [customer_id, ordered_at, line]}
      mustBe: 0
    - {name: late, type: sql, query: "SELECT COUNT(*) FROM {object} WHERE ordered_at < DATE '2020-01-01'", mustBe: 0}
"""
"""Thirty checks: eleven of columns that are required, one of what is unique, and eighteen that are named."""

PRODUCT = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {{purpose: One row per order.}}
schedule: {{cron: "0 0 * * *"}}
inputPorts:
  - name: lines
    source: {{block: files, connection: lines, path: lines.parquet, format: parquet}}
outputPorts:
  - name: orders
    version: 1.0.0
    publish: {{mode: replace}}
    contract:
      schema:
{schema}
"""
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: orders
name: orders
version: 1.0.0
status: active
servers:
  - {{server: here, type: duckdb, database: {database}, schema: main}}
schema:
{schema}
"""
ORDERS = """
SELECT
  'ORDER-' || i AS order_id,
  'C' || (hash(i) % 500000) AS customer_id,
  'P' || (hash(i + 7) % 20000) AS product_id,
  ['web', 'shop', 'phone'][1 + CAST(hash(i + 1) % 3 AS INT)] AS channel,
  ['BE', 'DE', 'FR', 'NL'][1 + CAST(hash(i + 2) % 4 AS INT)] AS country,
  i % 4 AS line,
  1 + i % 9 AS quantity,
  CAST(1 + hash(i) % 20000 / 100.0 AS DECIMAL(38, 9)) AS unit_price,
  CAST(hash(i + 3) % 100 / 100.0 AS DECIMAL(38, 9)) AS discount,
  CAST(1 + hash(i) % 20000 / 10.0 AS DECIMAL(38, 9)) AS amount,
  TIMESTAMPTZ '2025-01-01' + INTERVAL 1 SECOND * (i // 4) AS ordered_at
FROM range(?) AS _(i)
"""


@dataclass(frozen=True)
class Peer:
    """A tool that checks contracts, in a folder of its own, and how it is asked."""

    name: str
    words: Sequence[str]
    variables: Mapping[str, str]


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder)
        places = {"MESH_CONN_LINES": f"file://{folder}/source", "MESH_DATA": f"{folder}/data"}
        mesh = ["--mesh", str(folder / "mesh")]
        spent([MESH, "run", "sales.orders", *mesh], places)
        peers = list(_peers(folder))
        asked = [([MESH, "check", "sales.orders", *mesh], places), *((p.words, p.variables) for p in peers)]
        rounds = [[spent(*one) for one in asked] for _ in range(ROUNDS + 1)][1:]
    mine, *others = ([*side] for side in zip(*rounds, strict=True))
    print(f"  mesh check {mine}", file=sys.stderr)
    return [figure for peer, theirs in zip(peers, others, strict=True) for figure in _compared(peer, mine, theirs)]


def _peers(folder: Path) -> Iterator[Peer]:
    if (tool := fetched("datacontract-cli[duckdb]==1.2.8", folder / "datacontract", alone=False)) is not None:
        words = [sys.executable, str(tool / "bin/datacontract"), "test", str(folder / "contract.yaml")]
        yield Peer("datacontract-cli", words, {"PYTHONPATH": str(tool)})
    if (tool := fetched("soda-duckdb==4.28.0", folder / "soda", alone=False)) is not None:
        called = "from soda_core.cli.cli import execute; execute()"
        source, contract = str(folder / "soda-source.yml"), str(folder / "soda.yml")
        words = [sys.executable, "-c", called, "contract", "verify", "--data-source", source, "--contract", contract]
        yield Peer("soda-core", words, {"PYTHONPATH": str(tool), "SODA_CORE_TELEMETRY_ENABLED": "false"})


def _compared(peer: Peer, mine: Sequence[Spent], theirs: Sequence[Spent]) -> Iterator[Figure]:
    print(f"  {peer.name} {theirs}", file=sys.stderr)
    ratio = statistics.median(m.seconds / t.seconds for m, t in zip(mine, theirs, strict=True))
    seconds = statistics.median(one.seconds for one in theirs)
    peak, beside = (max(one.gigabytes for one in side) for side in (mine, theirs))
    subject = f"{CHECKS} checks of {ROWS:,} rows{' in no order' if SHUFFLED else ''}, {peer.name}"
    yield Figure(subject, ratio, "ratio", 0.25, f"which takes {seconds:.1f} s")
    yield Figure(f"{subject}: memory", peak / beside, "ratio", 1.0, f"which takes {beside:.2f} GB")


def _write(folder: Path) -> None:
    home = folder / "mesh/domains/sales/orders"
    home.mkdir(parents=True)
    (folder / "mesh/mesh.yaml").write_text("apiVersion: meshwright/v1\nkind: Mesh\nname: shop\n")
    (folder / "mesh/domains/sales/domain.yaml").write_text("apiVersion: meshwright/v1\nkind: Domain\n")
    (home / "product.yaml").write_text(PRODUCT.format(schema=textwrap.indent(SCHEMA, " " * 8)))
    database = folder / "orders.duckdb"
    (folder / "contract.yaml").write_text(CONTRACT.format(schema=SCHEMA, database=database))
    source = {"type": "duckdb", "name": "shop", "connection": {"database": str(database), "read_only": True}}
    (folder / "soda-source.yml").write_text(json.dumps(source))
    (folder / "soda.yml").write_text(json.dumps(contract_of(yaml.safe_load(SCHEMA)[0], "shop/orders/main")))
    (folder / "source").mkdir()
    with get_context("spawn").Pool(1) as apart:  # what this process has used would count as the commands' own
        apart.apply(_fill, (folder,))


def _fill(folder: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        # The DuckDB of one peer is an older one.
        connection.execute(f"ATTACH '{folder}/orders.duckdb' AS older (STORAGE_VERSION 'v1.2.0')")
        connection.execute(f"CREATE TABLE older.orders AS {ORDERS} {'ORDER BY hash(i)' if SHUFFLED else ''}", [ROWS])
        connection.execute(f"COPY older.orders TO '{folder}/source/lines.parquet'")
