"""The DAGs of a release: what their import, their serialised form and a worker that wants one of them take.

The floor is a DAG file of literals in a plain Python loop, already compiled: the same ids, schedules, assets, docs,
tags, a sensor and two tasks. The peers' DAGs are smaller: three empty tasks on a cron, without an asset. Each
measurement is a fork of one Airflow process; a worker is a process of its own.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.dag_sources import write_dag_factory, write_floor, write_gusty
from bench.harness import INSTALLED, Figure, ratio
from bench.meshes import write_mesh
from bench.peers import fetched
from meshwright.airflow.folder import lay_out
from meshwright.compiler.compilation import compile_sound
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct, InputsSchedule
from meshwright.release.cut import Release, freeze
from meshwright.release.shard import lines_of
from meshwright.release.store import ReleaseStore

SIZES = ("100", "1000", "3000")
PEERS = {
    "dag-factory": ("dag-factory==1.1.0",),
    "gusty": (
        "gusty==0.23.1", "absql", "colorama", "flatten-dict", "inflection", "jupytext", "nbformat", "fastjsonschema",
        "mdit-py-plugins", "traitlets", "jupyter-core", "nest-asyncio", "python-frontmatter", "sql-metadata",
    ),
}  # fmt: skip
"""Each peer with what it needs beside Airflow, which is the one that is installed here."""
ENVIRONMENT = INSTALLED | {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR", "DO_NOT_TRACK": "true",
}  # fmt: skip
WORKER = """
import sys, time, runpy
from datetime import datetime
from pathlib import Path
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.sdk import DAG, Asset, BaseOperator, BaseSensorOperator, CronDataIntervalTimetable

with DAG("plain", schedule=CronDataIntervalTimetable("@hourly", timezone="UTC"), start_date=datetime(2026, 1, 1)):
    BaseSensorOperator(task_id="a") >> BaseOperator(task_id="b", outlets=[Asset(name="a", uri="x-mesh://a/b/c/v1")])
before = time.process_time()
from meshwright.airflow.bundle import MeshBundle

bundle = MeshBundle(name="bench", version=sys.argv[1])
bundle.initialize()
found = runpy.run_path(str(bundle.path / "mesh_domain_00_0.py"))
took = time.process_time() - before
assert [name for name in found if name.startswith("domain")] == [sys.argv[2]]
print(took)
"""
TASK = """
import sys
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import BundleDagBag

bundle = DagBundlesManager().get_bundle(name="bench", version=sys.argv[1] or None)
bundle.initialize()
bag = BundleDagBag(dag_folder=f"{bundle.path}/{sys.argv[2]}", safe_mode=False, load_op_links=False,
                   bundle_path=bundle.path, bundle_name="bench")
assert list(bag.dags) == [sys.argv[3]] and bag.dags[sys.argv[3]].task_dict["stage"]
"""
WANTED = "domain-07.orders-0007"


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        releases = {size: _release(folder / size, int(size)) for size in ("10", *SIZES)}
        versus = _peers(folder)
        return [*_built(folder, versus), *_workers(folder, releases), _task(folder, releases["3000"])]


def _release(folder: Path, products: int) -> Release:
    write_mesh(folder / "mesh", products, sql=True)
    graph = compile_sound(folder / "mesh", folder / "cache")
    release = freeze(_half_driven_by_inputs(graph))
    store = ReleaseStore(str(folder / "store"))
    store.put(release)
    lay_out(store, release.digest, folder / "release" / str(release.digest), _long_ago())
    shards = [content for name, content in sorted(release.files.items()) if name.startswith("shards/")]
    lines = [line for content in shards for line in lines_of(content)]
    write_floor(folder / "floor.py", lines)
    if products <= 1000:
        write_dag_factory(folder / "dag-factory", lines)
        write_gusty(folder / "gusty", lines)
    return release


def _half_driven_by_inputs(graph: MeshGraph) -> MeshGraph:
    def driven(number: int, product: DataProduct) -> DataProduct:
        turned = number % 2 and all(p.port for p in product.inputs)
        return replace(product, schedule=InputsSchedule()) if turned else product

    products = tuple(driven(n, p) for n, p in enumerate(graph.mesh.products))
    return replace(graph, mesh=replace(graph.mesh, products=products))


def _long_ago() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


def _peers(folder: Path) -> str:
    """Return what the peers take for 1,000 DAGs, as multiples of the floor in the same process."""
    said = []
    for peer, (package, *needed) in PEERS.items():
        packages = folder / "packages" / peer
        if all(fetched(name, packages) for name in (package, *needed)):
            measured = _measured(folder, 3, "1000", ("floor", peer), packages)
            said.append(f"{package} {_ratio(measured, 'import', '1000', peer):.1f} ×")
    return ", ".join(said) or "no peer could be had"


def _built(folder: Path, peers: str) -> list[Figure]:
    found = _measured(folder, 9, ",".join(SIZES), ("ours", "floor"))
    imports = [
        Figure(f"import {int(n):,} products", _ratio(found, "import", n), "ratio", 1.15, _floor(found, "import", n))
        for n in SIZES
    ]
    return [
        imports[0],
        replace(imports[1], versus=f"{imports[1].versus}; {peers}"),
        imports[2],
        Figure("memory added by 3,000 products", _ratio(found, "memory", "3000"), "ratio", 1.2, "a loop over literals"),
        Figure(
            "import and serialise 3,000", _ratio(found, "whole", "3000"), "ratio", 1.08, _floor(found, "whole", "3000")
        ),
        Figure("serialised size", _ratio(found, "bytes", "3000"), "ratio", 1.1, "a loop over literals"),
    ]


def _floor(found: "Measured", what: str, size: str) -> str:
    each = statistics.median(m[what] for m in found[size, "floor"]) / int(size)
    return f"a loop over literals: {each * 1000:.2f} ms each"


Measured = dict[tuple[str, str], list[dict[str, Any]]]


def _measured(
    folder: Path, rounds: int, sizes: str, variants: tuple[str, ...], packages: Path | None = None
) -> Measured:
    words = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "bench.dag_child",
        str(folder),
        str(rounds),
        sizes,
        ",".join(variants),
    ]
    environment = ENVIRONMENT | {"AIRFLOW_HOME": str(folder / "airflow"), "PYTHONPATH": str(packages or "")}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    found: Measured = defaultdict(list)
    for line in done.stdout.splitlines():
        if line.startswith('{"variant"'):
            measured = json.loads(line)
            found[measured["size"], measured["variant"]].append(measured)
    return found


def _ratio(found: Measured, what: str, size: str, ours: str = "ours") -> float:
    pairs: list[tuple[float, float]] = [
        (a[what], b[what]) for a, b in zip(found[size, ours], found[size, "floor"], strict=True)
    ]
    print(f"  {what} {size} {ours}/floor {[round(a / b, 2) for a, b in pairs]}", file=sys.stderr)
    return statistics.median(a / b for a, b in pairs)


def _workers(folder: Path, releases: dict[str, Release]) -> list[Figure]:
    return [
        Figure(f"a worker's DAG, one of {int(n):,}", _worker(folder, n, releases[n]) * 1000, "ms", 12.0, "verified")
        for n in ("100", "3000")
    ]


def _worker(folder: Path, size: str, release: Release) -> float:
    environment = _laid_out(folder / size, release)
    words = [sys.executable, "-W", "ignore", "-c", WORKER, str(release.digest), WANTED]
    took = []
    for _ in range(11):
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        took.append(float(done.stdout.splitlines()[-1]))
    print(f"  worker of {size} {[round(t * 1000, 1) for t in took]} ms", file=sys.stderr)
    return min(took)  # what else the machine does only makes it longer, and there is nothing beside it


def _task(folder: Path, release: Release) -> Figure:
    plain = folder / "plain"
    plain.mkdir()
    shards = (content for name, content in release.files.items() if name.startswith("shards/"))
    write_floor(plain / "plain.py", [next(line for s in shards for line in lines_of(s) if line.product == WANTED)])
    local = {"classpath": "airflow.dag_processing.bundles.local.LocalDagBundle", "kwargs": {"path": str(plain)}}
    mesh = {"classpath": "meshwright.airflow.bundle.MeshBundle", "kwargs": {}}
    laid_out = _laid_out(folder / "3000", release)
    ours = _process(laid_out, mesh, str(release.digest), "mesh_domain_00_0.py")
    other = _process(laid_out, local, "", "plain.py")
    return Figure("a no-op task, whole, among 3,000", ratio(ours, other, 7), "ratio", 1.05, "a file of one DAG")


def _process(environment: dict[str, str], bundle: dict[str, Any], version: str, file: str) -> Callable[[], None]:
    bundles = {"AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([{"name": "bench", **bundle}])}

    def run() -> None:
        words = [sys.executable, "-W", "ignore", "-c", TASK, version, file, WANTED]
        done = subprocess.run(words, env=environment | bundles, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])

    return run


def _laid_out(folder: Path, release: Release) -> dict[str, str]:
    """Lay a release out where a run that is pinned to it finds it; return the environment of its worker."""
    home = folder / "airflow"
    into = home / "bundles" / "bench" / "versions" / str(release.digest)
    lay_out(ReleaseStore(str(folder / "store")), release.digest, into, _long_ago())
    return ENVIRONMENT | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": f"{home}/bundles",
        "_AIRFLOW_PARSING_CONTEXT_DAG_ID": WANTED,
        "_AIRFLOW_PARSING_CONTEXT_TASK_ID": "stage",
    }
