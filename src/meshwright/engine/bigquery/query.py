"""Query: one question across published tables, read only."""

from meshwright.engine.bigquery.connection import explained
from meshwright.engine.bigquery.inputs import with_relations
from meshwright.engine.bigquery.served import behind
from meshwright.engine.bigquery.session import Session
from meshwright.engine.protocol import Rows
from meshwright.model.address import TableAddress
from meshwright.model.errors import NotFound
from meshwright.model.naming import stored_table


def query(session: Session, sql: str, tables: tuple[tuple[str, TableAddress], ...]) -> Rows:
    """Answer one SELECT over tables, each under the name that the SQL uses for it."""
    warehouse = session.warehouse
    with explained("the question"):
        views = [warehouse.table(session.dataset(table.port.product), stored_table(table)) for _, table in tables]
        for (_, table), view in zip(tables, views, strict=True):
            if view is None:
                raise NotFound(f"`{table}` is not published yet", hint=f"run `mesh run {table.port.product}`")
        products = {table.port.product for _, table in tables}
        ours = {dataset(product) for product in products for dataset in (session.dataset, session.store_dataset)}
        named = with_relations((alias, f"SELECT * FROM {session.offered(table)}") for alias, table in tables)
        asked = f"{named}({sql}\n)"
        warehouse.one_select(asked, {}, ours | behind(filter(None, views)))
        return Rows(*warehouse.ask(asked))
