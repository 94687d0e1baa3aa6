"""Connection: jobs of BigQuery, and what their errors mean.

Names are quoted by `name`, values are bound as parameters or, in a script, quoted by `text`; nothing else puts text
into SQL. A user's SELECT runs only after BigQuery itself, asked by a dry run, has said that it is one SELECT, and of
what it reads.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import (
    Conflict,
    Forbidden,
    GoogleAPICallError,
    NotFound,
    RetryError,
    ServerError,
    TooManyRequests,
)
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY
from requests.exceptions import ConnectionError as Unreachable

from meshwright.engine.bigquery.meter import Meter
from meshwright.model.errors import Busy, FinalError, MeshError, Refused
from meshwright.model.identity import PublishId
from meshwright.model.naming import job_id, job_page

log = logging.getLogger(__name__)

Values = Mapping[str, Any]
"""What a job binds, by the names of its parameters: texts, instants and lists of texts."""

RETRY = DEFAULT_RETRY.with_timeout(60.0)
_WRITE = "write `data: bigquery://project`, or `bigquery://project/prefix?location=EU`"
_LATER = ("rateLimitExceeded", "quotaExceeded", "backendError", "jobRateLimitExceeded")
_CANCELLED = "concurrent update"
_ASKED, _TAG = ("location", "endpoint", "readers"), "policyTag."
_LEAST = 10 * 2**20
"""What is billed at least for each table that a query reads (cloud.google.com/bigquery/pricing, on-demand compute)."""


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A project of BigQuery, and the first word of its datasets' names.

    `policy_tags` are the tags of columns, by what these are classified as. `readers` is the address of the group of a
    domain's people, with `{domain}` in its name; None where others decide who reads.
    """

    client: bigquery.Client
    prefix: str = ""
    policy_tags: Mapping[str, str] = field(default_factory=dict)
    readers: str | None = None
    meter: Meter = field(default_factory=Meter, compare=False)

    @property
    def project(self) -> str:
        """The project's id."""
        return str(self.client.project)

    def run(self, sql: str, values: Values | None = None, labels: Values | None = None) -> list[tuple[Any, ...]]:
        """Run a job to its end; return its rows."""
        found = self.client.query_and_wait(sql, job_config=_config(values, labels), retry=RETRY)
        self.meter.ask(self.client, found)
        return [tuple(row.values()) for row in found]

    def ask(self, sql: str) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
        """Return the columns' names and the rows of an answer."""
        found = self.client.query_and_wait(sql, job_config=_config(None, None), retry=RETRY)
        return tuple(column.name for column in found.schema), tuple(tuple(row.values()) for row in found)

    def run_once(self, sql: str, publish_id: PublishId, step: str) -> None:
        """Run the job that takes a step of a run; where another process has begun it, wait for that one's end.

        A job that has failed is followed by another attempt of it. The log, and so Airflow's, says where to look at it.
        """
        for attempt in count(1):
            called = job_id(publish_id, step, attempt)
            try:
                job = self.client.query(sql, job_config=_config(None, None), job_id=called, retry=RETRY, job_retry=None)
            except Conflict:
                begun = self.client.get_job(called, location=self.client.location, retry=RETRY)
                job = cast("bigquery.QueryJob", begun)
                if job.done() and job.error_result:
                    continue
            log.info("%s is %s", step, job_page(self.project, str(job.location), called))
            job.result(retry=RETRY)
            self.meter.count(job)
            return

    def table(self, dataset: str, table: str) -> bigquery.Table | None:
        """Return what is known of a table or view, or None where it is not there."""
        try:
            return self.client.get_table(f"{self.client.project}.{dataset}.{table}", retry=RETRY)
        except NotFound:
            return None

    def tables(self, dataset: str, first: str) -> list[str]:
        """Return the names of a dataset's tables that begin so; none where the dataset is not there."""
        try:
            found = self.client.list_tables(f"{self.client.project}.{dataset}", retry=RETRY)
            return [table.table_id for table in found if table.table_id.startswith(first)]
        except NotFound:
            return []

    def drop(self, dataset: str, table: str) -> None:
        """Remove a table, if it is there."""
        self.client.delete_table(f"{self.client.project}.{dataset}.{table}", not_found_ok=True, retry=RETRY)

    def make_dataset(self, dataset: str, *, life: float | None = None) -> None:
        """Make a dataset, unless it is there; with `life`, its tables are gone after so many seconds."""
        made = bigquery.Dataset(f"{self.client.project}.{dataset}")
        made.labels = {"managed-by": "meshwright"}
        if self.client.location:
            made.location = self.client.location
        if life is not None:
            made.default_table_expiration_ms = round(life * 1000)
        self.client.create_dataset(made, exists_ok=True, retry=RETRY)

    def place(self, dataset: str, table: str) -> str:
        """Return the quoted name of a table."""
        return ".".join(name(part) for part in (self.client.project, dataset, table))

    def one_select(self, sql: str, values: Values, datasets: Sequence[str]) -> int:
        """Return how many bytes a SELECT would be billed for; nothing is run.

        Raises `Refused` unless SQL is one SELECT, which reads nothing but what is in these datasets.
        """
        job = self.client.query(sql, job_config=_config(values, None, dry_run=True), retry=RETRY)
        if job.statement_type != "SELECT":
            raise Refused("only one SELECT may be run", hint="a transform, a check and a question are one SELECT each")
        for table in job.referenced_tables or ():
            if (table.project, table.dataset_id) not in {(self.client.project, dataset) for dataset in datasets}:
                raise Refused(f"it reads {table}, which is no input of it", hint="SQL reads its input ports only")
        return max(job.total_bytes_processed or 0, _LEAST * len(job.referenced_tables or ()))


def open_warehouse(data: str) -> Warehouse:
    """Open `bigquery://project[/prefix][?location=EU]`. Raises `Refused` where that is no such place.

    `endpoint=` names another address of the service; one of plain http is an emulator's, which asks for no credentials.
    `policyTag.personal=projects/…/policyTags/…` is the tag of all columns that are classified as personal.
    `readers=mesh-{domain}@acme.org` is the group of a domain's people.
    """
    parts = urlsplit(data)
    if parts.scheme != "bigquery" or not parts.netloc:
        raise Refused(f"BigQuery keeps products in a project, not at `{data}`", hint=_WRITE)
    asked = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    tags = {key.removeprefix(_TAG): tag for key, tag in asked.items() if key.startswith(_TAG)}
    if unknown := sorted(
        key for key in asked if key not in ("location", "endpoint", "readers") and not key.startswith(_TAG)
    ):
        raise Refused(f"`{data}` says `{unknown[0]}`, which BigQuery has no place for", hint=_WRITE)
    endpoint = asked.get("endpoint", "")
    try:
        client = bigquery.Client(
            project=parts.netloc,
            credentials=AnonymousCredentials() if endpoint.startswith("http://") else None,  # type: ignore[no-untyped-call]
            location=asked.get("location"),
            client_options=ClientOptions(api_endpoint=endpoint) if endpoint else None,
        )
    except GoogleAuthError as error:
        hint = "`gcloud auth application-default login`, or name a key in GOOGLE_APPLICATION_CREDENTIALS"
        raise Refused(f"BigQuery needs credentials: {_first_line(error)}", hint=hint) from None
    return Warehouse(client, parts.path.strip("/").replace("-", "_"), tags, asked.get("readers"))


def name(identifier: str) -> str:
    """Quote an identifier."""
    return "`" + identifier.replace("\\", "\\\\").replace("`", "\\`") + "`"


def text(value: str) -> str:
    """Quote a literal, where a parameter cannot be bound: in a script. JSON's escapes are BigQuery's, too."""
    return json.dumps(value)


@contextmanager
def explained(subject: str, hint: str = "") -> Iterator[None]:
    """Turn BigQuery's errors into ours; `subject` is what failed: `the SQL of …`, `hint` what may mend it."""
    try:
        yield
    except (GoogleAPICallError, RetryError, GoogleAuthError, Unreachable) as error:
        raise _meaning(subject, error, hint) from error


def reason(error: Exception) -> str:
    """Return what BigQuery says of an error, without the request that it answers."""
    told = error.errors[0].get("message", "") if isinstance(error, GoogleAPICallError) and error.errors else ""
    return str(told or _first_line(error)).strip().splitlines()[0]


def _meaning(subject: str, error: Exception, hint: str) -> MeshError:
    why = reason(error)
    match error:
        case GoogleAPICallError() if _CANCELLED in why:
            return Busy(f"{subject} was cancelled: another run changes the same product")
        case Forbidden() if any(sign in str(error.errors) for sign in _LATER):
            return Busy(f"{subject} has to wait: {why}")
        case Forbidden() | GoogleAuthError():
            return Refused(
                f"{subject} is not allowed: {why}", hint="see which roles the account of this environment has"
            )
        case ServerError() | TooManyRequests() | RetryError() | Unreachable():
            return Busy(f"{subject} has to wait: BigQuery does not answer: {why}")
        case _:
            return FinalError(f"{subject} failed: {why}", hint=hint)


def _config(values: Values | None, labels: Values | None, *, dry_run: bool = False) -> bigquery.QueryJobConfig:
    parameters = [_parameter(called, value) for called, value in (values or {}).items()]
    config = bigquery.QueryJobConfig(query_parameters=parameters, labels={"managed-by": "meshwright", **(labels or {})})
    if dry_run:
        config.dry_run = True
        config.use_query_cache = False
    return config


def _parameter(called: str, value: object) -> bigquery.ScalarQueryParameter | bigquery.ArrayQueryParameter:
    match value:
        case list():
            return bigquery.ArrayQueryParameter(called, "STRING", value)
        case datetime():
            return bigquery.ScalarQueryParameter(called, "TIMESTAMP", value)
        case int():
            return bigquery.ScalarQueryParameter(called, "INT64", value)
        case _:
            return bigquery.ScalarQueryParameter(called, "STRING", None if value is None else str(value))


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
