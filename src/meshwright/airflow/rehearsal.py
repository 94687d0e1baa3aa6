"""Rehearsal: builds and serialises DAGs as Airflow would, and says of which it could not, and why.

`python -m meshwright.airflow.rehearsal` reads lines of shards, and writes the reasons by product, as JSON, last.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from airflow.serialization.serialized_objects import DagSerialization

from meshwright.airflow.bounds import Bounds
from meshwright.airflow.dags import build_dag
from meshwright.airflow.operators import Pinned
from meshwright.release.shard import Line, lines_of

BOUNDS = Bounds(datetime(2000, 1, 1, tzinfo=UTC))
"""Any will do: what an environment binds is the same for all of its DAGs."""


def broken(lines: bytes) -> Iterator[tuple[str, str]]:
    """Yield the products whose DAGs Airflow cannot build or keep, with the reason."""
    for line in lines_of(lines):
        try:
            _rehearse(line)
        except Exception as error:  # whatever it is, it is the answer  # noqa: BLE001
            yield line.product, " ".join(f"{type(error).__name__}: {error}".split())


def _rehearse(line: Line) -> None:
    dag = build_dag(Pinned(Path(), "", line.product), line.dag, BOUNDS)
    dag.validate()  # type: ignore[no-untyped-call]
    dag.check_cycle()
    kept = DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(dag))))
    kept.timetable.validate()


if __name__ == "__main__":
    reasons = dict(broken(sys.stdin.buffer.read()))
    print(json.dumps(reasons))  # noqa: T201  # its answer
