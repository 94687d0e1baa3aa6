"""A year of flights, all verbs: ingest, join, check, publish; held against the same SQL by hand on DuckDB.

By hand means: one process, one file, the CSV files read with the declared types, no checks, no log, no rename.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from bench.harness import Figure, ratio
from meshwright.actions.run import run
from meshwright.compiler.compilation import compile_sound
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import product_address
from meshwright.model.naming import connection_variable
from meshwright.model.product import DataProduct, FilesSource, Transform
from meshwright.model.time import interval
from meshwright.sql.bind import bind
from meshwright.workspace.workspace import Workspace, open_workspace

FLIGHTS = Path(__file__).parents[1] / "examples" / "flights"
PRODUCTS = ("aviation.flights", "weather.hourly-weather", "punctuality.route-punctuality")
YEAR = interval("2013-01-01/2014-01-01")
NOW = datetime(2014, 1, 1, tzinfo=UTC)
TYPES = {"string": "VARCHAR", "integer": "BIGINT", "timestamp": "TIMESTAMPTZ"}


def figures() -> list[Figure]:
    with _sources() as (folder, connections):
        graph = compile_sound(FLIGHTS, folder / "cache")
        found = ratio(lambda: _ours(graph, folder, connections), lambda: _by_hand(graph, folder, connections))
    return [Figure("flights of a year, all verbs", found, "ratio", 1.15, "the same SQL by hand on DuckDB, no checks")]


@contextmanager
def _sources() -> Iterator[tuple[Path, dict[str, str]]]:
    with tempfile.TemporaryDirectory() as folder:
        words = [
            sys.executable,
            str(FLIGHTS / "simulator.py"),
            "--into",
            f"{folder}/sources",
            "--days",
            "all",
            "--once",
        ]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        yield Path(folder), json.loads(said.splitlines()[-1])["connections"]


def _workspace(folder: Path, connections: dict[str, str]) -> Workspace:
    shutil.rmtree(folder / "state", ignore_errors=True)
    variables = {connection_variable(name): url for name, url in connections.items()}
    state = {"MESH_DATA": f"{folder}/state/data", "MESH_DATABASE": f"sqlite:///{folder}/state/observations.db"}
    (folder / "state").mkdir()
    return open_workspace(FLIGHTS, variables | state, {})


def _ours(graph: MeshGraph, folder: Path, connections: dict[str, str]) -> None:
    workspace = _workspace(folder, connections)
    for product in PRODUCTS:
        run(workspace, graph, product_address(product), YEAR, NOW)


def _by_hand(graph: MeshGraph, folder: Path, connections: dict[str, str]) -> None:
    shutil.rmtree(folder / "hand", ignore_errors=True)
    (folder / "hand").mkdir()
    with duckdb.connect(folder / "hand" / "flights.duckdb") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for address in PRODUCTS:
            product = graph.mesh.product(product_address(address))
            assert product is not None
            _inputs_by_hand(connection, product, connections)
            port = product.outputs[0]
            transform = port.tables[0].transform
            assert isinstance(transform, Transform)
            bound = bind(transform, "duckdb")
            values = {"interval_start": YEAR.start, "interval_end": YEAR.end}
            connection.execute(
                f"CREATE TABLE {port.name} AS {bound.sql}", {p: values[p] for p in bound.parameters} or None
            )
        connection.execute("CHECKPOINT")


def _inputs_by_hand(connection: duckdb.DuckDBPyConnection, product: DataProduct, connections: dict[str, str]) -> None:
    for port in product.inputs:
        match port.source:
            case FilesSource(connection=name, path=path):
                files = f"{connections[name].removeprefix('file://')}/{path.replace('{start:%Y-%m-%d}', '*')}"
                columns = ", ".join(f'CAST("{c.name}" AS {TYPES[c.type]}) AS "{c.name}"' for c in port.columns)
                relation = f"(SELECT {columns} FROM read_csv('{files}', header = true, all_varchar = true))"
            case _:
                assert port.port is not None
                relation = f'"{port.port.name}"'
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {port.name} AS SELECT * FROM {relation}")
