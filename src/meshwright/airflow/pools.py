"""Pools: are those that a release names in Airflow?

Tasks of a pool that Airflow does not have wait for ever, and only the scheduler's log says so. Airflow's database is
open to the dag-processor alone: it makes them before it shows a release, and looks with each look for news.
"""

import json
import logging
from pathlib import Path

from meshwright.release.files import MESH

log = logging.getLogger(__name__)


def make_pools(folder: Path, *, anew: bool) -> None:
    """See that Airflow has each pool of the release in `folder`, with its slots where the release is shown `anew`.

    What somebody gave a pool since then stays, and nobody else's pool is touched.
    """
    pools = json.loads((folder / MESH).read_bytes()).get("pools", ())
    if not pools:
        return
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session
    from sqlalchemy import select

    try:
        with create_session() as session:
            known = set(session.scalars(select(Pool.pool)))
            for pool in pools:
                if anew or pool["name"] not in known:
                    made = (pool["name"], pool["slots"], pool.get("description", ""))
                    Pool.create_or_update_pool(*made, include_deferred=False, session=session)
    except RuntimeError as error:  # so says Airflow where its database is closed, as to tasks and DAG files
        log.info("pools are made by the dag-processor: %s", error)
