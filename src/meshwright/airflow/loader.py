"""Loader: the DAGs of one file of a release.

Airflow runs the loader files that the bundle wrote beside the release. Given the DAG it is about, any of them builds
any product of its release and reads nothing else: Airflow pairs an old run with today's file name. A product that
cannot be built never breaks the file: a DAG in its place says why, tagged `broken`, so that the others go on.
"""

import logging
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from airflow.sdk import DAG, get_parsing_context

from meshwright.actions.settings import Settings
from meshwright.actions.workspace import released_workspace, variable_connections
from meshwright.airflow.dags import Bounds, broken_dag, build_dag
from meshwright.airflow.folder import first_deployed
from meshwright.model.address import ProductAddress, product_address
from meshwright.model.errors import MeshError
from meshwright.model.identity import Digest
from meshwright.model.naming import dag_id
from meshwright.release.read import read_record, read_root, read_shard

log = logging.getLogger(__name__)


def load(file: str, shard: str, variables: Mapping[str, str] = os.environ) -> dict[str, DAG]:
    """Return the DAGs of the shard that a loader file stands for, by their id."""
    return _load(Path(file).resolve().parent, (shard,), variables)


def load_all(folder: Path, variables: Mapping[str, str] = os.environ) -> dict[str, DAG]:
    """Return the DAGs of all the products of a release that was laid out, by their id."""
    folder = folder.resolve()
    return _load(folder, tuple(s.name for s in read_root(folder, Digest(folder.name)).shards), variables)


def _load(folder: Path, shards: tuple[str, ...], variables: Mapping[str, str]) -> dict[str, DAG]:
    release = Digest(folder.name)
    settings = released_workspace(variables, variable_connections(variables)).settings
    bounds = environment_bounds(settings, first_deployed(folder))
    wanted = get_parsing_context().dag_id
    if wanted is None:
        addresses = [address for shard in shards for address in read_shard(folder, release, shard)]
    else:
        addresses = [product_address(wanted)]
    return {dag_id(address): _dag(folder, release, address, bounds) for address in addresses}


def environment_bounds(settings: Settings, deployed: datetime) -> Bounds:
    """Return the intervals that an environment runs; where it says nothing, those since its first deployment."""
    match settings.since:
        case datetime() as since:
            return Bounds(since, settings.until)
        case None:
            return Bounds(deployed, settings.until)
        case length:
            return Bounds(deployed - length, settings.until)


def _dag(folder: Path, release: Digest, address: ProductAddress, bounds: Bounds) -> DAG:
    try:
        return build_dag(read_record(folder, release, address), bounds)
    except MeshError as error:
        reason = error.message
    except Exception as error:  # whatever is wrong with one product, the others of the file go on
        log.exception("cannot build %s", address)
        reason = f"{type(error).__name__}: {error}"
    return broken_dag(address, reason)
