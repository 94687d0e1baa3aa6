"""Child: one Airflow process that builds DAGs in forks of itself, and says what each took.

`python -m bench.dag_child FOLDER ROUNDS SIZES VARIANTS`; each line of output is one measurement.
"""

import gc
import json
import marshal
import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

Build = Callable[[Path], Mapping[str, Any]]


def main(folder: Path, rounds: int, sizes: list[str], variants: list[str]) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    builds = {name: BUILDS[name]() for name in variants}
    for build in builds.values():  # what the first DAG loads is nobody's cost
        DagSerialization.to_dict(next(iter(build(folder / "10").values())))
    for number in range(rounds):
        for size in sizes:
            # In turn first and last: who measures next finds the machine as the one before has left it.
            for name, build in list(builds.items())[:: -1 if number % 2 else 1]:
                _in_a_fork(partial(_measure, build, folder / size, name, size))


def _in_a_fork(work: Callable[[], dict[str, Any]]) -> None:
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        print(json.dumps(work()), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("a measurement failed")


def _measure(build: Build, folder: Path, variant: str, size: str) -> dict[str, Any]:
    from airflow.serialization.serialized_objects import DagSerialization

    gc.collect()
    memory, start = _resident(), time.process_time()
    dags = build(folder)
    built = time.process_time()
    grown = _resident() - memory
    if len(dags) != int(size):
        raise RuntimeError(f"{variant} built {len(dags)} DAGs of {size}")
    texts = [json.dumps(DagSerialization.to_dict(dag)) for dag in dags.values()]
    whole = time.process_time() - start
    return {"variant": variant, "size": size, "import": built - start, "whole": whole, "memory": grown,
            "bytes": sum(map(len, texts))}  # fmt: skip


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _ours() -> Build:
    from meshwright.airflow.loader import load

    def build(folder: Path) -> Mapping[str, Any]:
        (release,) = (folder / "release").iterdir()
        found: dict[str, Any] = {}
        for file in sorted(release.glob("mesh_domain_*.py")):
            shard = file.stem.removeprefix("mesh_").replace("_", "-")
            found |= load(str(file), shard, {"MESH_SINCE": "2026-01-01"})
        return found

    return build


def _floor() -> Build:
    kept: dict[Path, bytes] = {}

    def build(folder: Path) -> Mapping[str, Any]:
        names = {"__name__": "floor"}
        exec(marshal.loads(kept[folder]), names)
        dags: Mapping[str, Any] = names["DAGS"]  # type: ignore[assignment]
        return dags

    for file in Path(sys.argv[1]).glob("*/floor.py"):  # compiled once, and kept as Python keeps it
        kept[file.parent] = marshal.dumps(compile(file.read_text(), str(file), "exec"))
    return build


def _dag_factory() -> Build:
    from dagfactory import load_yaml_dags

    def build(folder: Path) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        load_yaml_dags(globals_dict=found, dags_folder=str(folder / "dag-factory"))
        return found

    return build


def _gusty() -> Build:
    from gusty import create_dag

    def build(folder: Path) -> Mapping[str, Any]:
        return {f.name: create_dag(str(f), latest_only=False) for f in sorted((folder / "gusty").iterdir())}

    return build


BUILDS = {"ours": _ours, "floor": _floor, "dag-factory": _dag_factory, "gusty": _gusty}

if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3].split(","), sys.argv[4].split(","))
