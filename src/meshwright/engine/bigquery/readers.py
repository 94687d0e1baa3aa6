"""Readers: who has read what products offer, as BigQuery's own log of jobs tells: of whole days, and without a name.

What products read of each other is known from their releases: jobs of runs are left out, questions of `mesh query` are
not. The log names tables below views; a product's store calls them as its views do. Who reads is made a digest where
the log lies, so that no address leaves it.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from meshwright.engine.attendant import ALONE, Attendant
from meshwright.engine.bigquery.connection import QUESTION, Values, Warehouse, explained, name, open_warehouse
from meshwright.model.address import PortAddress
from meshwright.model.naming import dataset, store_dataset, stored_table
from meshwright.model.observation import READER, Reading
from meshwright.model.product import DataProduct

_DEFAULT = "us"
"""Where BigQuery keeps what nobody has named a place for."""


def readings(
    data: str, products: Iterable[DataProduct], days: Collection[date], attendant: Attendant = ALONE
) -> tuple[Reading, ...]:
    """Return who has read ports of products on these days, how often. Raises `Refused` without the right to ask."""
    warehouse = open_warehouse(data, attendant)
    ports = dict(_places(products, warehouse.prefix))
    if not days or not ports:
        return ()
    with explained("the log of jobs"):
        rows = warehouse.run(*_asked(warehouse, min(days), max(days)))
    found: dict[tuple[PortAddress, date, str], int] = {}
    for day, place, table, reader, jobs in rows:
        port = ports.get((place, table))
        if port is not None and day in days:  # a job that reads several tables of a port, or a view, is one
            found[port, day, reader] = max(jobs, found.get((port, day, reader), 0))
    return tuple(Reading(*whose, reads) for whose, reads in found.items())


def _places(products: Iterable[DataProduct], prefix: str) -> Iterator[tuple[tuple[str, str], PortAddress]]:
    """Yield the ports by dataset and name of their tables, as the log may have them: the view, or what it shows."""
    for product in products:
        for address, _ in product.tables():
            yield (dataset(product.address, prefix), stored_table(address)), address.port
            yield (store_dataset(product.address, prefix), stored_table(address)), address.port


def _asked(warehouse: Warehouse, first: date, last: date) -> tuple[str, Values]:
    place = (warehouse.at.location or _DEFAULT).lower()
    jobs = f"{name(warehouse.project)}.{name(f'region-{place}')}.INFORMATION_SCHEMA.JOBS"
    day = "DATE(job.creation_time)"
    digest = f"SUBSTR(TO_HEX(SHA256(CONCAT(CAST({day} AS STRING), ' ', job.user_email))), 1, {READER})"
    ours = "SELECT 1 FROM UNNEST(job.labels) AS label WHERE label.key = 'managed-by' AND label.value = 'meshwright'"
    question = f"SELECT 1 FROM UNNEST(job.labels) AS label WHERE label.key = '{QUESTION}'"
    sql = f"""
        SELECT {day} AS day, read.dataset_id, read.table_id, {digest} AS reader, COUNT(DISTINCT job.job_id) AS jobs
        FROM {jobs} AS job CROSS JOIN UNNEST(job.referenced_tables) AS read
        WHERE job.creation_time >= @since AND job.creation_time < @until
            AND job.job_type = 'QUERY' AND job.state = 'DONE' AND job.error_result IS NULL
            AND job.statement_type != 'SCRIPT' AND read.project_id = @project
            AND (NOT EXISTS ({ours}) OR EXISTS ({question}))
        GROUP BY 1, 2, 3, 4
    """
    since, until = (datetime.combine(one, time(), UTC) for one in (first, last + timedelta(days=1)))
    return sql, {"since": since, "until": until, "project": warehouse.project}
