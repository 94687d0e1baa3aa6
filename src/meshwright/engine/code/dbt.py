"""dbt: tables made by a domain's dbt project, whose tests are checks of them. Errors are told in dbt's words."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from meshwright.engine.code.environment import environment
from meshwright.engine.code.harness import dbt
from meshwright.engine.code.process import Call, run, without_secrets
from meshwright.engine.code.task import Made, Task, died, file_of
from meshwright.model.address import TableAddress
from meshwright.model.errors import FinalError
from meshwright.model.naming import stored_table
from meshwright.model.product import DataProduct, OnFail
from meshwright.model.publish import CheckResult
from meshwright.model.time import instant_text

_LINES = 12
"""Lines of dbt's words that are shown of one error."""


def run_dbt(task: Task, product: DataProduct) -> Made:
    """Build the models and run the tests of a project; its tables are files of Parquet. Raises `FinalError`."""
    python = environment(task.code)
    outputs = task.folder / "outputs"
    outputs.mkdir()
    interval = {"interval_start": instant_text(task.interval.start), "interval_end": instant_text(task.interval.end)}
    job = {"path": task.code.path, "wanted": task.wanted, "vars": interval, "memory": task.bounds.memory}
    (task.folder / "job.json").write_text(json.dumps(job))
    status = run(Call(str(task.product), python, Path(dbt.__file__), task.folder, task.given, task.bounds))
    path = task.folder / "report.json"
    if not path.is_file():
        raise died(task, status)
    report = json.loads(path.read_text())
    if "said" in report:
        raise _failed(task, report)
    addresses = {stored_table(address): address for address, _ in product.tables()}
    results = tuple(_results(report["tests"], addresses))
    return Made({name: outputs / f"{name}.parquet" for name in task.wanted}, results)


def _failed(task: Task, report: Mapping[str, Any]) -> FinalError:
    where = "/".join(filter(None, (task.code.path, report["file"])))
    said = [line.rstrip() for line in without_secrets(report["said"], task.given).splitlines() if line.strip()]
    return FinalError(f"{file_of(task, where)} failed: " + "\n".join(said[:_LINES]))


def _results(tests: list[dict[str, Any]], addresses: Mapping[str, TableAddress]) -> Iterator[CheckResult]:
    """Yield what tests found as results of checks; those of a model that is no port are about the first table."""
    first = next(iter(addresses.values()))
    for test in tests:
        passed, rows = test["status"] == "pass", test["rows"]
        yield CheckResult(
            table=addresses.get(test["model"], first),
            check=test["test"],
            passed=passed,
            consequence=OnFail.WARN if test["status"] == "warn" else OnFail.BLOCK,
            measured=None if rows is None else Decimal(rows),
            expected="0 rows that fail",
            message="" if passed else test["said"] or f"dbt's test finds {rows} row{'' if rows == 1 else 's'}",
        )
