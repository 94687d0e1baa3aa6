"""What the tests of the examples share: a simulator that runs once, and a mesh that is built interval by interval."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from meshwright.compiler.compilation import compile_sound
from meshwright.engine.protocol import Engine, Rows, Work
from meshwright.engine.registry import open_engine
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress, TableAddress, product_address
from meshwright.model.errors import NothingNew, SourceNotReady
from meshwright.model.identity import Secret
from meshwright.model.product import CronSchedule, DataProduct, OnFail
from meshwright.model.publish import CheckResult
from meshwright.model.time import Interval
from meshwright.runs.buildable import Buildable, committed
from meshwright.runs.intervals import interval_of

EXAMPLES = Path(__file__).parents[2] / "examples"


def intervals(start: datetime, end: datetime, step: timedelta) -> list[Interval]:
    """Return the intervals of `step` between two instants."""
    count = (end - start) // step
    return [Interval(start + n * step, start + (n + 1) * step) for n in range(count)]


def simulate(example: str, into: Path, *options: str) -> dict[str, str]:
    """Run an example's simulator once and return its connections."""
    command = [sys.executable, str(EXAMPLES / example / "simulator.py"), "--into", str(into), "--once", *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    (line,) = done.stdout.splitlines()
    said = json.loads(line)
    assert said["ready"] is True
    connections: dict[str, str] = said["connections"]
    return connections


@dataclass
class Built:
    """A mesh on DuckDB, what its checks found, and the intervals whose source was not there."""

    graph: MeshGraph
    engine: Engine
    results: list[CheckResult] = field(default_factory=list)
    not_ready: list[str] = field(default_factory=list)

    def rows(self, sql: str, **ports: str) -> list[tuple[object, ...]]:
        """Answer a question; each keyword names a table and the port that it stands for."""
        tables = tuple((name, self.table(address)) for name, address in ports.items())
        found: Rows = self.engine.query(sql, tables)
        return list(found.rows)

    def table(self, address: str) -> TableAddress:
        """Return the only table of the port `domain.product:port`, of the only major version that the examples have."""
        product, _, name = address.partition(":")
        return product_address(product).port(name, 1).table()

    def failed(self) -> set[str]:
        """Return the names of the checks that failed."""
        return {r.check for r in self.results if not r.passed}

    def watermark(self, product: str) -> datetime | None:
        """Return how far a product is complete; None where it was never published."""
        log = self.engine.publishes(product_address(product))
        return log[-1].watermark if log else None

    def samples(self) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
        """Run every sample query of the mesh."""
        for product in self.graph.mesh.products:
            for port in product.outputs:
                for sample in port.samples:
                    yield (
                        sample.title,
                        self.rows(
                            sample.sql, **{table.name: f"{product.address}:{port.name}" for table in port.tables}
                        ),
                    )


def build(root: Path, connections: dict[str, str], data: Path, intervals: list[Interval], now: datetime) -> Built:
    """Run all products for each of the intervals, as a scheduler would: those on a cron, then those on their inputs.

    Without any connection the sources are stood in for, as they are on a laptop.
    """
    graph = compile_sound(root, data / "cache")
    engine = open_engine("duckdb", str(data), connections=lambda name: _secret(connections.get(name)))
    built = Built(graph, engine)
    for interval in intervals:
        for address in graph.order:
            product = graph.product(address)
            assert product is not None
            if connections or not product.is_virtual:
                asked = interval if isinstance(product.schedule, CronSchedule) else None
                _run(
                    built, committed(graph, address, root, built.engine.capabilities), asked, now, lone=not connections
                )
    return built


def _run(built: Built, buildable: Buildable, asked: Interval | None, now: datetime, *, lone: bool) -> None:
    product = buildable.product
    logs = {a: built.engine.publishes(a) for a in {product.address, *_inputs(product)}}
    if not all(logs[a] for a in _inputs(product)):
        return  # what it reads was not ready
    try:
        interval = interval_of(product, asked, logs, now, lone=False)
        stand_ins = buildable.stand_ins if lone else None
        work = Work(product, interval, buildable.queries, columns=buildable.columns, stand_ins=stand_ins)
        staged = built.engine.stage(work, now)
    except NothingNew:
        return
    except SourceNotReady:
        built.not_ready.append(f"{product.address} {asked}")
        return
    results = built.engine.check(product, staged.publish_id)
    built.results.extend(results)
    if all(r.passed or r.consequence is OnFail.WARN for r in results):
        built.engine.publish(product, staged.publish_id, now)
    else:
        built.engine.discard(product, staged.publish_id)


def _inputs(product: DataProduct) -> set[ProductAddress]:
    return {p.port.product for p in product.inputs if p.port}


def _secret(url: str | None) -> Secret | None:
    return None if url is None else Secret(url)
