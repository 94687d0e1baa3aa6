"""Ten million rows of PostgreSQL, staged, checked and published by `mesh run`; held against dlt by hand.

By hand means: dlt's own source of a table, with its backend of Arrow, into a file of DuckDB; no check, no log of
publishes. Both are whole commands, and both files hold the same rows, or the bench ends. What the server itself takes
is not counted. Memory is told beside, with no target: DuckDB takes what `MESH_MEMORY` lets it, dlt what a chunk needs.
`ROWS=1000000 make bench ONLY=ingest` is a smaller one.
"""

import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
import sqlalchemy as sa
from tests.postgres import postgres

from bench.commands import MESH
from bench.harness import Figure, spent
from bench.peers import fetched
from meshwright.model.address import ProductAddress
from meshwright.model.naming import stored_table

ROWS = int(os.environ.get("ROWS", "10000000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
PEER = "dlt[duckdb,sql_database]==1.31.0 psycopg[binary] pyarrow"

ORDERS = """
CREATE TABLE orders AS
SELECT
  i AS order_id,
  'C' || mod(i::bigint * 7919, 500000) AS customer_id,
  (ARRAY['BE', 'DE', 'FR', 'NL'])[1 + mod(i, 4)] AS country,
  CAST(1 + mod(i, 9) AS integer) AS quantity,
  CAST(1 + mod(i, 20000) / 100.0 AS numeric(9, 2)) AS amount,
  TIMESTAMPTZ '2025-01-01' + INTERVAL '1 second' * (i / 4) AS ordered_at
FROM generate_series(1, {rows}) AS _(i)
"""
PRODUCT = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: One row per order.}
schedule: {cron: "0 0 * * *"}
inputPorts:
  - name: orders
    source: {block: database, connection: shop-db, table: public.orders}
outputPorts:
  - name: orders
    version: 1.0.0
    publish: {mode: replace}
    contract:
      schema:
        - name: orders
          properties:
            - {name: order_id, logicalType: integer, required: true}
            - {name: customer_id, logicalType: string, required: true}
            - {name: country, logicalType: string, required: true}
            - {name: quantity, logicalType: integer, required: true}
            - {name: amount, logicalType: number, required: true}
            - {name: ordered_at, logicalType: timestamp, required: true}
"""
BY_HAND = """\
import sys
import dlt
from dlt.sources.sql_database import sql_table

url, folder = sys.argv[1:]
pipeline = dlt.pipeline(
    "orders", destination=dlt.destinations.duckdb(f"{folder}/dlt.duckdb"), dataset_name="shop", pipelines_dir=folder
)
table = sql_table(url, table="orders", schema="public", backend="pyarrow", chunk_size=100_000)
pipeline.run(table, write_disposition="replace")
"""
TABLE = ProductAddress("sales", "orders").port("orders", 1).table()
TOLD = "SELECT count(*), sum(order_id), sum(quantity), sum(amount), max(ordered_at) FROM"


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name, postgres() as server:
        folder = Path(name)
        peer = fetched(PEER, folder / "peer", alone=False)
        if peer is None:
            return []
        _write(folder)
        _fill(_driven(server))
        places = {"MESH_CONN_SHOP_DB": server, "MESH_DATA": f"{folder}/data"}
        ours = [MESH, "run", "sales.orders", "--mesh", str(folder / "mesh")]
        theirs = [sys.executable, str(folder / "by_hand.py"), _driven(server), str(folder / "dlt")]
        quiet = {"PYTHONPATH": str(peer), "RUNTIME__DLTHUB_TELEMETRY": "false"}
        rounds = []
        for _ in range(ROUNDS + 1):
            for made in ("data", "dlt"):
                shutil.rmtree(folder / made, ignore_errors=True)
            (folder / "dlt").mkdir()
            rounds.append((spent(ours, places), spent(theirs, quiet)))
            _compare(folder)
    rounds = rounds[1:]
    for mine, other in rounds:
        print(f"  mesh run {mine}  dlt {other}", file=sys.stderr)
    ratio = statistics.median(mine.seconds / other.seconds for mine, other in rounds)
    seconds = statistics.median(other.seconds for _, other in rounds)
    return [
        Figure(f"{ROWS:,} rows of PostgreSQL, all verbs", ratio, "ratio", 1.3, f"dlt by hand takes {seconds:.1f} s")
    ]


def _write(folder: Path) -> None:
    home = folder / "mesh/domains/sales/orders"
    home.mkdir(parents=True)
    (folder / "mesh/mesh.yaml").write_text("apiVersion: meshwright/v1\nkind: Mesh\nname: shop\n")
    (folder / "mesh/domains/sales/domain.yaml").write_text("apiVersion: meshwright/v1\nkind: Domain\n")
    (home / "product.yaml").write_text(PRODUCT)
    (folder / "by_hand.py").write_text(BY_HAND)


def _driven(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")


def _fill(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(ORDERS.format(rows=ROWS))
    engine.dispose()


def _compare(folder: Path) -> None:
    """Insist that both hold the same rows."""
    ours = folder / "data/sales/orders/data.duckdb"
    mine, other = _told(ours, f'main."{stored_table(TABLE)}"'), _told(folder / "dlt/dlt.duckdb", "shop.orders")
    if mine != other or mine[0] != ROWS:
        raise RuntimeError(f"ours {mine}, by hand {other}")


def _told(path: Path, table: str) -> Sequence[int | Decimal]:
    with duckdb.connect(path, read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        row = connection.execute(f"{TOLD} {table}").fetchone()
    assert row is not None
    return row
