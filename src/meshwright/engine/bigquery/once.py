"""Once: a step of a run is one job, however often it is tried, and whoever tries it.

The job is named after the run and the step, so that BigQuery begins it once: whoever comes later finds it, and goes on
with what it has made. A process that is killed, or that goes away while a job runs, loses nothing.
"""

import hashlib
import logging
from collections.abc import Iterable
from itertools import count
from typing import Any, cast

from google.api_core.exceptions import Conflict
from google.cloud import bigquery

from meshwright.engine.bigquery.connection import RETRY, Values, Warehouse, config
from meshwright.engine.bigquery.meter import AnyJob
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.errors import Underway
from meshwright.model.identity import PublishId
from meshwright.model.job import Job
from meshwright.model.naming import job_id, job_page, stored_table
from meshwright.model.value import value

log = logging.getLogger(__name__)


@value
class Step:
    """What one job does for a run, and of which table.

    Of a table there may be several jobs of a kind: they are told apart by what they run. What concerns all tables is
    one job, whatever it runs.
    """

    product: ProductAddress
    publish_id: PublishId
    called: str
    table: TableAddress | None = None

    def name(self, sql: str, values: Values, attempt: int) -> str:
        """Return the name of the job that runs `sql` for it."""
        if self.table is None:
            return job_id(self.publish_id, self.called, attempt)
        ran = hashlib.sha256(repr((sql, sorted(values.items()))).encode()).hexdigest()[:8]
        return job_id(self.publish_id, f"{self.called}_{stored_table(self.table)}_{ran}", attempt)

    @property
    def labels(self) -> Values:
        """What the bill tells a job by."""
        return {"mesh-domain": self.product.domain, "mesh-product": self.product.product}


def run_once(warehouse: Warehouse, step: Step, sql: str, values: Values | None = None) -> None:
    """Run the job of a step; where an earlier try has begun it, wait for that one's end.

    Raises `Underway` when it goes on for longer than is waited for.
    """
    _once(warehouse, step, sql, values or {})


def ask_once(warehouse: Warehouse, step: Step, sql: str, values: Values | None = None) -> list[tuple[Any, ...]]:
    """Return the rows that the job of a step answers; of one that an earlier try has begun, its answer."""
    return [tuple(row) for row in _once(warehouse, step, sql, values or {})]


def finish(warehouse: Warehouse, step: Step, name: str) -> None:
    """Wait for the end of a job that was begun. Raises `Underway` when it goes on for longer than is waited for."""
    job = _begun(warehouse, name)
    if name == warehouse.attendant.awaited:
        warehouse.meter.found(job)
    _answer(warehouse, step, job)


def _once(warehouse: Warehouse, step: Step, sql: str, values: Values) -> Iterable[bigquery.Row]:
    """Begin a job or find it, and wait. One that failed in an earlier try is followed by another attempt."""
    asked = config(values, step.labels)
    for attempt in count(1):
        called = step.name(sql, values, attempt)
        try:
            job: AnyJob = warehouse.client.query(sql, job_config=asked, job_id=called, retry=RETRY, job_retry=None)
        except Conflict:
            job = _begun(warehouse, called)
            if job.done() and job.error_result and called != warehouse.attendant.awaited:
                continue
            warehouse.meter.found(job)
        return _answer(warehouse, step, job)
    raise AssertionError("attempts end with one that was not tried before")


def _begun(warehouse: Warehouse, called: str) -> AnyJob:
    found = warehouse.client.get_job(called, location=warehouse.client.location, retry=RETRY)
    return cast("AnyJob", found)


def _answer(warehouse: Warehouse, step: Step, job: AnyJob) -> Iterable[bigquery.Row]:
    """Wait for a job as long as its attendant does. The log, and so Airflow's, says where to look at it."""
    attendant, place = warehouse.attendant, str(job.location)
    page = job_page(warehouse.project, place, job.job_id)
    told = Job(job.job_id, warehouse.project, place, page, step.called, step.table, warehouse.accounts)
    log.info("%s is %s", told, page)
    attendant.tell(told)
    try:
        if attendant.patience is None:
            answer = job.result(retry=RETRY)
        else:
            answer = job.result(retry=RETRY, timeout=attendant.patience)
    except TimeoutError:
        raise Underway(told) from None
    warehouse.meter.count(job)
    return cast("Iterable[bigquery.Row]", answer)
