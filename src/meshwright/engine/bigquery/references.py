"""References: the rows that a table's rows refer to, as relations.

Of an input, a stage keeps what is referred to: it is looked up as the data found it, whatever is published since. Of
the product's own tables all counts that consumers will read.
"""

from collections.abc import Iterable, Mapping

from meshwright.engine.bigquery.connection import explained, name
from meshwright.engine.bigquery.inputs import with_relations
from meshwright.engine.bigquery.once import Step, run_once
from meshwright.engine.bigquery.rows import Subject, looked_at
from meshwright.engine.bigquery.session import Session
from meshwright.engine.referred import to_inputs, to_tables
from meshwright.model.address import TableAddress
from meshwright.model.contract import Check
from meshwright.model.identity import PublishId
from meshwright.model.naming import one_name, stored_table
from meshwright.model.product import DataProduct
from meshwright.model.time import Interval


def keep_referred(
    session: Session, product: DataProduct, publish_id: PublishId, relations: Iterable[tuple[str, str]]
) -> None:
    """Keep what the product's tables refer to in its inputs, beside what was staged."""
    named = with_relations(relations)
    for address, table in product.tables():
        for check, to in to_inputs(table):
            columns = ", ".join(name(column) for column in to.columns)
            select = f"{named}SELECT DISTINCT {columns} FROM {name(one_name(to.table))}"
            with explained(f"looking up what `{address}` refers to in its input `{to.table}`"):
                kept = _kept(session, publish_id, address, check)
                step = Step(product.address, publish_id, "keep", address)
                run_once(session.warehouse, step, f"CREATE OR REPLACE TABLE {kept} AS {select}")


def staged_targets(
    session: Session,
    product: DataProduct,
    subject: Subject,
    publish_id: PublishId,
    places: Mapping[TableAddress, str],
    interval: Interval,
) -> dict[Check, str]:
    """Return what the checks of a staged table look references up in; `places` are those of the product's tables."""
    own = subject.address
    found = {check: _kept(session, publish_id, own, check) for check, _ in to_inputs(subject.table)}
    for check, address, table in to_tables(product, own, subject.table):
        found[check] = looked_at(session, Subject(address, table, places[address]), interval, whole=True)
    return found


def published_targets(product: DataProduct, subject: Subject, places: Mapping[TableAddress, str]) -> dict[Check, str]:
    """Return what the checks of a published table look references up in."""
    found = to_tables(product, subject.address, subject.table)
    return {check: places[address] for check, address, _ in found if address in places}


def _kept(session: Session, publish_id: PublishId, address: TableAddress, check: Check) -> str:
    part = f"{stored_table(address)}__refers_{check.name.replace('-', '_')}"
    return session.staged(address.port.product, publish_id, part)
