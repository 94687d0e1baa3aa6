"""Estimate: how many bytes would a run be billed for? A dry run of each SELECT says so, and moves none.

Counted is what SELECTs read of other products. What a run loads from a source is in no table before it is loaded: of
such a product nothing is estimated. Nor is what publishing reads of the product's own tables.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from google.api_core.exceptions import BadRequest, NotFound

from meshwright.engine.bigquery.connection import explained, name, open_warehouse, reason
from meshwright.engine.bigquery.engine import CAPABILITIES
from meshwright.engine.bigquery.inputs import with_relations
from meshwright.engine.bigquery.session import Session
from meshwright.engine.capabilities import refuse_dialect
from meshwright.engine.protocol import Work
from meshwright.model.address import TableAddress
from meshwright.model.errors import MeshError
from meshwright.model.estimate import Estimate
from meshwright.model.naming import input_table

DIALECT = CAPABILITIES.dialect

_AT_ONCE = 8


def estimate(data: str, works: Sequence[Work]) -> tuple[Estimate, ...]:
    """Return an estimate of one run of each product, in the project that `data` names."""
    try:
        session = Session(open_warehouse(data), lambda _: None, lambda _: None)
    except MeshError as error:
        return tuple(Estimate(because=error.message) for _ in works)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(pool.map(partial(_estimate, session), works))


def _estimate(session: Session, work: Work) -> Estimate:
    source = next((port.name for port in work.product.inputs if port.port is None), None)
    if source is not None:
        return Estimate(because=f"what each run loads from `{source}` is in no table before")
    if work.product.code is not None:
        return Estimate(because="its code reads, and no SELECT")
    try:
        with explained("a dry run"):
            return Estimate(sum(_billed(session, work, address) for address, _ in work.product.tables()))
    except MeshError as error:
        match error.__cause__:
            case NotFound():
                return Estimate(because="not all that it reads is published yet")
            case BadRequest() as said:
                return Estimate(because=f"BigQuery says: {reason(said)}")
        return Estimate(because=error.message)


def _billed(session: Session, work: Work, address: TableAddress) -> int:
    """Return how many bytes the SELECT of a table would be billed for."""
    table = work.product.table(address)
    if table is not None:
        refuse_dialect(CAPABILITIES, address, table)
    inputs = {
        input_table(port.name, called): port.port.table(called)
        for port in work.product.inputs
        if port.port is not None
        for called in work.tables_of(port)
    }
    named = with_relations((local, f"SELECT * FROM {session.offered(read)}") for local, read in inputs.items())
    query = work.query(address)
    sql = query.sql if query else f"SELECT * FROM {name(input_table(work.passed_on(address).name))}"
    values = {parameter: work.value(parameter) for parameter in query.parameters} if query else {}
    return session.warehouse.one_select(f"{named}SELECT * FROM ({sql}\n) AS made", values, None)
