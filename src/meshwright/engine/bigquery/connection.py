"""Connection: jobs of BigQuery, and what their errors mean.

Names are quoted by `name`, values are bound as parameters or, in a script, quoted by `text`; nothing else puts text
into SQL. A user's SELECT runs only after BigQuery itself, asked by a dry run, has said that it is one SELECT, and of
what it reads.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from datetime import datetime
from typing import Any

import google.auth
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import (
    Forbidden,
    GoogleAPICallError,
    NotFound,
    RetryError,
    ServerError,
    TooManyRequests,
)
from google.api_core.page_iterator import HTTPIterator
from google.auth import impersonated_credentials
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY
from requests.exceptions import ConnectionError as Unreachable

from meshwright.engine.attendant import ALONE, Attendant
from meshwright.engine.bigquery.meter import Meter
from meshwright.engine.bigquery.place import Place, place_of
from meshwright.model.accounts import Chain
from meshwright.model.errors import Busy, FinalError, MeshError, Refused
from meshwright.model.value import value

Values = Mapping[str, Any]
"""What a job binds, by the names of its parameters: texts, instants and lists of texts."""

QUESTION = "mesh-question"
"""The label of what somebody asked, and no run."""


@value
class Select:
    """A SELECT, the WITH clause that gives names to what it reads, and what it binds."""

    sql: str
    named: str = ""
    values: Values = field(default_factory=dict)

    def __str__(self) -> str:
        return self.named + self.sql


RETRY = DEFAULT_RETRY.with_timeout(60.0)
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_LATER = ("rateLimitExceeded", "quotaExceeded", "backendError", "jobRateLimitExceeded")
_CANCELLED = "concurrent update"
_LEAST = 10 * 2**20
"""What is billed at least for each table that a query reads (cloud.google.com/bigquery/pricing, on-demand compute)."""


@value
class Warehouse:
    """A place of BigQuery, asked for somebody: as the last of some `accounts`, else as what the environment is itself.

    `environment` is the same, asked as that.
    """

    client: bigquery.Client
    at: Place
    attendant: Attendant = ALONE
    accounts: Chain = ()
    environment: "Warehouse | None" = None
    meter: Meter = field(default_factory=Meter, compare=False)

    @property
    def project(self) -> str:
        """The project's id."""
        return str(self.client.project)

    @property
    def prefix(self) -> str:
        """The first word of the datasets' names."""
        return self.at.prefix

    def acting_for(self, domain: str) -> "Warehouse":
        """Return the same, asked by the account that the work of a domain runs as. Raises `Refused` for none such."""
        accounts, own = self.at.accounts.of(domain), self.own
        if not accounts:
            return own
        return replace(own, client=_client(self.at, self.attendant, accounts), accounts=accounts, environment=own)

    @property
    def own(self) -> "Warehouse":
        """The same, asked as the environment itself: it looks across all domains."""
        return self.environment or self

    def run(self, sql: str, values: Values | None = None, labels: Values | None = None) -> list[tuple[Any, ...]]:
        """Run a job to its end; return its rows."""
        found = self.client.query_and_wait(sql, job_config=config(values, labels), retry=RETRY)
        self.meter.ask(self.client, found)
        return [tuple(row.values()) for row in found]

    def each(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of an answer as they come: they may be more than memory can hold."""
        found = self.client.query_and_wait(sql, job_config=config(None, None), retry=RETRY)
        self.meter.ask(self.client, found)
        yield from (tuple(row.values()) for row in found)

    def ask(self, sql: str) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
        """Return the columns' names and the rows of an answer."""
        found = self.client.query_and_wait(sql, job_config=config(None, {QUESTION: "yes"}), retry=RETRY)
        return tuple(column.name for column in found.schema), tuple(tuple(row.values()) for row in found)

    def columns(self, select: str) -> Sequence[bigquery.SchemaField]:
        """Return the columns that a SELECT would give; nothing is run."""
        job = self.client.query(select, job_config=config(None, None, dry_run=True), retry=RETRY)
        return tuple(job.schema or ())

    def table(self, dataset: str, table: str, project: str | None = None) -> bigquery.Table | None:
        """Return what is known of a table or view, or None where it is not there."""
        place = bigquery.DatasetReference(project or self.client.project, dataset).table(table)
        try:
            return self.client.get_table(place, retry=RETRY)
        except NotFound:
            return None

    def listed(self, dataset: str, table: str, columns: Mapping[str, str]) -> list[tuple[Any, ...]] | None:
        """Return columns of a small table, by their names and types, in no order; None where it is not there.

        They are read without a job, which would take a second or two.
        """
        place = bigquery.DatasetReference(self.client.project, dataset).table(table)
        fields = [bigquery.SchemaField(*column) for column in columns.items()]
        try:
            return [tuple(row.values()) for row in self.client.list_rows(place, selected_fields=fields, retry=RETRY)]
        except NotFound:
            return None

    def row_policies(self, dataset: str, table: str) -> list[str]:
        """Return the names of a table's row access policies, for which the library has no word."""
        place = bigquery.DatasetReference(self.client.project, dataset).table(table)
        request = RETRY(self.client._connection.api_request)  # noqa: SLF001
        path, key = f"{place.path}/rowAccessPolicies", "rowAccessPolicies"
        found = HTTPIterator(self.client, request, path, _policy, key)  # type: ignore[no-untyped-call]
        return list(found)

    def tables(self, dataset: str, first: str = "", project: str | None = None) -> list[str]:
        """Return the names of a dataset's tables that begin so; none where the dataset is not there."""
        place = bigquery.DatasetReference(project or self.client.project, dataset)
        try:
            found = self.client.list_tables(place, retry=RETRY)
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

    def make_table(self, dataset: str, table: str, columns: Mapping[str, str]) -> None:
        """Make a table of columns, by their names and types, unless it is there."""
        place = bigquery.DatasetReference(self.client.project, dataset).table(table)
        fields = [bigquery.SchemaField(*column) for column in columns.items()]
        self.client.create_table(bigquery.Table(place, schema=fields), exists_ok=True, retry=RETRY)

    def place(self, dataset: str, table: str) -> str:
        """Return the quoted name of a table."""
        return ".".join(name(part) for part in (self.client.project, dataset, table))

    def one_select(self, sql: str, values: Values, datasets: Collection[str] | None) -> int:
        """Return how many bytes a SELECT would be billed for; nothing is run.

        Raises `Refused` unless SQL is one SELECT, which reads nothing but what is in these datasets: those of the
        project by their names alone, others as `project.dataset`. None: whatever it reads.
        """
        job = self.client.query(sql, job_config=config(values, None, dry_run=True), retry=RETRY)
        if job.statement_type != "SELECT":
            raise Refused("only one SELECT may be run", hint="a transform, a check and a question are one SELECT each")
        known = {place if "." in place else f"{self.client.project}.{place}" for place in datasets or ()}
        for table in job.referenced_tables or ():
            if datasets is not None and f"{table.project}.{table.dataset_id}" not in known:
                raise Refused(f"it reads {table}, which is no input of it", hint="SQL reads its input ports only")
        return max(job.total_bytes_processed or 0, _LEAST * len(job.referenced_tables or ()))


def open_warehouse(data: str, attendant: Attendant = ALONE) -> Warehouse:
    """Open what `data` names. Raises `Refused` where that is no place of BigQuery, and where nobody is known to it."""
    place = place_of(data)
    return Warehouse(_client(place, attendant, ()), place, attendant)


def _client(place: Place, attendant: Attendant, accounts: Chain) -> bigquery.Client:
    try:
        return bigquery.Client(
            project=place.project,
            credentials=AnonymousCredentials() if place.is_emulator else _credentials(attendant, accounts),  # type: ignore[no-untyped-call]
            location=place.location,
            client_options=ClientOptions(api_endpoint=place.endpoint) if place.endpoint else None,
        )
    except GoogleAuthError as error:
        hint = "`gcloud auth application-default login`, or name a key in GOOGLE_APPLICATION_CREDENTIALS"
        raise Refused(f"BigQuery needs credentials: {_first_line(error)}", hint=hint) from None


def _credentials(attendant: Attendant, accounts: Chain) -> Any:
    """Return what proves that the last of some accounts is asking; None for what Google's library finds by itself."""
    if attendant.credentials is not None:
        return attendant.credentials(accounts)
    if not accounts:
        return None
    *between, last = accounts
    own, _ = google.auth.default(scopes=[_SCOPE])
    return impersonated_credentials.Credentials(own, last, [_SCOPE], delegates=between)  # type: ignore[no-untyped-call]


def name(identifier: str) -> str:
    """Quote an identifier."""
    return "`" + identifier.replace("\\", "\\\\").replace("`", "\\`") + "`"


def text(value: str) -> str:
    """Quote a literal, where a parameter cannot be bound: in a script. JSON's escapes are BigQuery's, too."""
    return json.dumps(value)


def config(values: Values | None, labels: Values | None, *, dry_run: bool = False) -> bigquery.QueryJobConfig:
    """Return how a job is asked for: what it binds, and by which labels the bill tells it."""
    parameters = [_parameter(called, value) for called, value in (values or {}).items()]
    config = bigquery.QueryJobConfig(query_parameters=parameters, labels={"managed-by": "meshwright", **(labels or {})})
    if dry_run:
        config.dry_run = True
        config.use_query_cache = False
    return config


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


def _policy(_: HTTPIterator, found: Mapping[str, Any]) -> str:
    return str(found["rowAccessPolicyReference"]["policyId"])


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
