"""Loader: the DAGs of one file of a release.

Airflow runs the loader files that the bundle wrote beside the release. Given the DAG it is about, any of them builds
any product of its release and reads nothing else: Airflow pairs an old run with today's file name. A product that
cannot be built never breaks the file: a DAG in its place says why, tagged `broken`, so that the others go on.

Each task of Airflow's pays for what is imported here: what parses, and nothing of what runs (docs/decisions/0046).
"""

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from airflow.sdk import DAG, get_parsing_context

from meshwright.airflow.bounds import Bounds, environment_bounds
from meshwright.airflow.dags import broken_dag, build_dag, retired_dag
from meshwright.airflow.folder import first_deployed
from meshwright.airflow.operators import Pinned
from meshwright.airflow.retired import read_retired
from meshwright.model.errors import MeshError
from meshwright.release.shard import DagSpec, Line, read_line, read_lines, read_shards

log = logging.getLogger(__name__)

DEFAULT_POOL = "default_pool"
"""The pool of whatever has no other; Airflow's own."""

Build = Callable[[Pinned, DagSpec, Bounds], DAG]


def load(file: str, shard: str, variables: Mapping[str, str] = os.environ) -> dict[str, DAG]:
    """Return the DAGs of the shard that a loader file stands for, by their id."""
    return _load(Path(file).resolve().parent, (shard,), variables)


def load_all(folder: Path, variables: Mapping[str, str] = os.environ) -> dict[str, DAG]:
    """Return the DAGs of all the products of a release that was laid out, by their id.

    They use no pools: where one file loads all, nobody makes them, and tasks would wait for ever.
    """
    folder = folder.resolve()
    dags = _load(folder, tuple(s["name"] for s in read_shards(folder, folder.name)), variables)
    for task in (task for dag in dags.values() for task in dag.tasks):
        task.pool = DEFAULT_POOL
    return dags


def load_retired(file: str, variables: Mapping[str, str] = os.environ) -> dict[str, DAG]:
    """Return the DAGs of the products that ran here lately and were retired; for a run, any product of its release."""
    folder = Path(file).resolve().parent
    if get_parsing_context().dag_id is not None:
        return _load(folder, (), variables)
    bounds = environment_bounds(variables, first_deployed(folder))
    return {line.product: _dag(folder, line, bounds, retired_dag) for line in read_retired(folder)}


def _load(folder: Path, shards: Iterable[str], variables: Mapping[str, str]) -> dict[str, DAG]:
    bounds = environment_bounds(variables, first_deployed(folder))
    wanted = get_parsing_context().dag_id
    if wanted is not None:
        return {wanted: _wanted(folder, wanted, bounds)}
    lines = (line for shard in shards for line in read_lines(folder, folder.name, shard))
    return {line.product: _dag(folder, line, bounds) for line in lines}


def _wanted(folder: Path, product: str, bounds: Bounds) -> DAG:
    try:
        return _dag(folder, read_line(folder, folder.name, product), bounds)
    except MeshError as error:
        return broken_dag(product, error.message)


def _dag(folder: Path, line: Line, bounds: Bounds, build: Build = build_dag) -> DAG:
    try:
        return build(Pinned(folder, folder.name, line.product), line.dag, bounds)
    except Exception as error:  # whatever is wrong with one product, the others of the file go on
        log.exception("cannot build %s", line.product)
        return broken_dag(line.product, f"{type(error).__name__}: {error}")
