"""Child: one round of the pipeline, ours or by hand; says the CPU seconds of each step, and the process's peak."""

import json
import os
import resource
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from bench.harness import cpu_seconds
from bench.pipeline import SQL
from meshwright.compiler.compilation import compile_sound
from meshwright.engine.protocol import Work
from meshwright.model.address import product_address
from meshwright.model.time import interval
from meshwright.runs.buildable import committed
from meshwright.workspace.workspace import open_workspace

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def ours(folder: Path, memory: str) -> dict[str, float]:
    root = folder / "mesh"
    graph = compile_sound(root, folder / "cache")
    places = {"MESH_CONN_LINES": f"file://{folder}/source", "MESH_DATA": f"{folder}/made/data"}
    variables = {**os.environ, **places, "MESH_MEMORY": memory}
    engine = open_workspace(root, variables, {}).engine()
    spent: Counter[str] = Counter()
    for name in SQL:
        buildable = committed(graph, product_address(f"sales.{name}"), root, engine.capabilities)
        work = Work(buildable.product, interval("2026-11-01/2026-11-02"), buildable.queries)
        start = cpu_seconds()
        staged = engine.stage(work, NOW)
        built = cpu_seconds()
        failed = [r for r in engine.check(buildable.product, staged.publish_id) if not r.passed]
        checked = cpu_seconds()
        if failed:
            raise RuntimeError(f"{failed}")
        engine.publish(buildable.product, staged.publish_id, NOW)
        spent += Counter({"stage": built - start, "check": checked - built, "publish": cpu_seconds() - checked})
    return dict(spent)


def by_hand(folder: Path, memory: str) -> dict[str, float]:
    start = cpu_seconds()
    with duckdb.connect(folder / "made" / "hand.duckdb", config={"memory_limit": memory}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE VIEW lines AS SELECT * FROM read_parquet('{folder}/source/lines.parquet')")
        types = {"amount": "DECIMAL(38, 9)", "customer_id": "BIGINT", "quantity": "BIGINT", "customers": "BIGINT"}
        for name, sql in SQL.items():
            columns = [row[0] for row in connection.execute(f"DESCRIBE ({sql})").fetchall()]
            typed = ", ".join(f"CAST({c} AS {types[c]}) AS {c}" if c in types else c for c in columns)
            connection.execute(f"CREATE TABLE {name} AS SELECT {typed} FROM ({sql})")
        connection.execute("CHECKPOINT")
    return {"all": cpu_seconds() - start}


if __name__ == "__main__":
    work = ours if sys.argv[1] == "ours" else by_hand
    spent = work(Path(sys.argv[2]), sys.argv[3])
    print(json.dumps(spent | {"gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}))
