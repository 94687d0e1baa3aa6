"""dbt: builds a domain's project in the domain's own environment, and runs its tests.

Run as `python -I bounded.py BYTES dbt.py FOLDER`. The folder holds `job.json`, the project below `code/`, and a Parquet
file of each input in `inputs/`, which sources of that name are bound to. Models that are wanted are written to
`outputs/`; what the tests found, and what went wrong, to `report.json`.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

PROFILE = "mesh"
_SHARE = 0.7
"""What of the memory that the process may take the database takes, before it goes on on disk."""


class NotBuiltError(Exception):
    """The project cannot be built; `file` is where dbt says so, relative to the project."""

    def __init__(self, said: str, file: str = "") -> None:
        super().__init__(said)
        self.file = file


def main(folder: Path) -> int:
    """Build the project of a job; return 0 when all that was wanted is there."""
    job = json.loads((folder / "job.json").read_text())
    report: dict[str, Any] = {}
    try:
        report["tests"] = _built(folder, job)
    except NotBuiltError as error:
        report |= {"said": str(error).strip(), "file": error.file}
    (folder / "report.json").write_text(json.dumps(report))
    return int("said" in report)


def _built(folder: Path, job: dict[str, Any]) -> list[dict[str, Any]]:
    from dbt.cli.main import dbtRunner

    database = folder / "work.duckdb"
    memory = f"{round(job['memory'] * _SHARE / 10**6)}MB"
    output = {"type": "duckdb", "path": str(database), "threads": 1, "settings": {"memory_limit": memory}}
    outputs = {PROFILE: output}
    (folder / "profiles.yml").write_text(json.dumps({PROFILE: {"target": PROFILE, "outputs": outputs}}))
    options = _options(folder, job)
    quietly = ["--log-level", "warn", *options]
    parsed = dbtRunner().invoke(["parse", *quietly])
    if not parsed.success:
        raise NotBuiltError(str(parsed.exception))
    _bind_sources(database, folder / "inputs", parsed.result.sources.values())
    runner = dbtRunner(manifest=parsed.result)
    kinds = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    _refuse_failures(runner.invoke(["build", *kinds, *options]))
    tested = runner.invoke(["test", *quietly])
    if tested.exception is not None:
        raise NotBuiltError(str(tested.exception))
    _write(database, folder / "outputs", job["wanted"], parsed.result.nodes.values())
    return list(_tests(tested.result, parsed.result.nodes))


def _options(folder: Path, job: dict[str, Any]) -> list[str]:
    project = folder / "code" / job["path"]
    places = {"--project-dir": project, "--profiles-dir": folder, "--target-path": folder / "target"}
    given = {"--profile": PROFILE, "--log-path": folder / "logs", "--vars": json.dumps(job["vars"])}
    return [
        "--no-use-colors",
        "--no-send-anonymous-usage-stats",
        *(str(w) for pair in (places | given).items() for w in pair),
    ]


def _bind_sources(database: Path, inputs: Path, sources: Iterable[Any]) -> None:
    """Let each source of the project be read where dbt looks for it."""
    import duckdb

    known = {path.stem: path for path in sorted(inputs.glob("*.parquet"))}
    with duckdb.connect(str(database)) as connection:
        for source in sources:
            path = known.get(source.name)
            if path is None:
                said = f"the source `{source.source_name}.{source.name}` is no input of the product: {', '.join(known)}"
                raise NotBuiltError(said, source.original_file_path)
            schema, table = _quoted(source.schema), _quoted(source.identifier)
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            connection.execute(f"CREATE OR REPLACE VIEW {schema}.{table} AS FROM read_parquet('{path}')")


def _refuse_failures(done: Any) -> None:
    for result in done.result or ():
        if str(result.status) == "error":
            raise NotBuiltError(str(result.message), result.node.original_file_path)
    if not done.success:
        raise NotBuiltError(str(done.exception))


def _tests(results: Iterable[Any], nodes: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what each test found, and the table of dbt that it looked at."""
    for result in results or ():
        node, status = result.node, str(result.status)
        models = [nodes[id_].alias for id_ in node.depends_on.nodes if id_ in nodes]
        attached = nodes.get(getattr(node, "attached_node", None) or "")
        yield {
            "test": node.name,
            "model": attached.alias if attached is not None else next(iter(models), ""),
            "status": status,
            "rows": result.failures,
            "said": "" if status in ("pass", "fail", "warn") else str(result.message),
        }


def _write(database: Path, folder: Path, wanted: Iterable[str], nodes: Iterable[Any]) -> None:
    import duckdb

    relations = {node.alias: node.relation_name for node in nodes if str(node.resource_type) == "model"}
    with duckdb.connect(str(database)) as connection:
        for name in wanted:
            if relations.get(name) is None:
                raise NotBuiltError(f"the project has no model `{name}`, or it makes no table of it")
            connection.execute(f"COPY (FROM {relations[name]}) TO '{folder / name}.parquet' (FORMAT parquet)")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
