"""Making: the tables of a product, each by one SELECT, cast and masked, into a private table of its own."""

from collections.abc import Mapping
from dataclasses import replace

from google.api_core.exceptions import BadRequest

from meshwright.engine.answers import Answer
from meshwright.engine.bigquery.asking import lost_rows
from meshwright.engine.bigquery.connection import Select, explained, name, reason
from meshwright.engine.bigquery.inputs import Exposed, with_relations
from meshwright.engine.bigquery.keysets import Keyset
from meshwright.engine.bigquery.ledger import chained
from meshwright.engine.bigquery.masks import made_list
from meshwright.engine.bigquery.modes import Joining
from meshwright.engine.bigquery.once import Step, run_once
from meshwright.engine.bigquery.provenance import COPY, copies, interval_columns
from meshwright.engine.bigquery.quarantine import ROW, left, set_aside
from meshwright.engine.bigquery.rows import Subject
from meshwright.engine.bigquery.served import Served, quoted
from meshwright.engine.bigquery.session import Session
from meshwright.engine.bound import Bound
from meshwright.engine.judgement import quarantined
from meshwright.engine.protocol import Work
from meshwright.model.address import TableAddress
from meshwright.model.code import CodeTransform
from meshwright.model.errors import SourceBroken
from meshwright.model.identity import PublishId
from meshwright.model.naming import input_table, stored_table
from meshwright.model.product import OutputTable, PublishMode
from meshwright.model.value import value


@value
class Building:
    """What tables are made of: the inputs, the keys of pseudonyms; and the id under which they are staged.

    Those that are `served` in place are not made.
    """

    session: Session
    work: Work
    publish_id: PublishId
    exposed: Exposed
    keysets: Mapping[str, Keyset]
    served: Served

    def place(self, address: TableAddress, suffix: str = "") -> str:
        """Return the quoted name of what is staged of a table, or served; or of what that is made from."""
        if address in self.served:
            return quoted(self.served[address])
        return self.session.staged(self.work.product.address, self.publish_id, f"{stored_table(address)}{suffix}")

    def step(self, address: TableAddress) -> Step:
        """Return the step of the run that makes a table."""
        return Step(self.work.product.address, self.publish_id, "make", address)


@value
class Built:
    """How many rows of a table were set aside, and what its checks found in the sources that they were made of."""

    aside: int = 0
    answers: tuple[Answer, ...] = ()


def build(building: Building, address: TableAddress, table: OutputTable) -> Built:
    """Build one table, unless it is served in place."""
    if address in building.served:
        return Built()
    exposed = building.exposed
    made_up = [f"`{n}`" for n in exposed.inputs.generated]
    hint = f"the rows of {', '.join(made_up)} were made up; real ones go into `fixtures/`" if made_up else ""
    by_code = isinstance(table.transform, CodeTransform)
    with explained(f"{'what code made for' if by_code else 'the SQL of'} `{address}`", hint):
        try:
            return _make(building, address, table)
        except BadRequest:
            _blame(building)
            raise


def _make(building: Building, address: TableAddress, table: OutputTable) -> Built:
    work, warehouse = building.work, building.session.warehouse
    query = work.query(address)
    sql = query.sql if query else f"SELECT * FROM {name(input_table(work.passed_on(address).name))}"
    values: dict[str, object] = {p: work.value(p) for p in query.parameters} if query else {}
    named = with_relations(building.exposed.relations.items())
    warehouse.one_select(f"{named}SELECT * FROM ({sql}\n) AS made", values, building.exposed.datasets)
    place, step = building.place(address), building.step(address)
    bound = Bound("@")
    columns = made_list(table.made_columns, bound, building.keysets)
    made = Select(f"SELECT {columns} FROM ({sql}\n) AS made", named, values | bound.values)
    if not quarantined(table) and table.mode is not PublishMode.LEDGER:
        held = _held(building, address, table, made)
        run_once(warehouse, step, f"CREATE OR REPLACE TABLE {place} AS {held}", held.values)
        return Built(0, _lost(building, (address, table, place)))
    rest, built = _judged(building, address, table, made)
    run_once(warehouse, step, f"CREATE OR REPLACE TABLE {place} AS {_held(building, address, table, rest)}")
    return built


def _lost(building: Building, made: tuple[TableAddress, OutputTable, str]) -> tuple[Answer, ...]:
    step = replace(building.step(made[0]), called="ask")
    return tuple(lost_rows(building.session, building.work.product, made, building.exposed.relations, step))


def _judged(building: Building, address: TableAddress, table: OutputTable, made: Select) -> tuple[Select, Built]:
    """Set rows aside; return those that are left, and what was found of all of them."""
    session, step = building.session, building.step(address)
    unjudged = Subject(address, table, building.place(address, "__unjudged"))
    numbered = f"{made.named}SELECT *, GENERATE_UUID() AS {ROW} FROM ({made.sql}) AS made"
    run_once(session.warehouse, step, f"CREATE OR REPLACE TABLE {unjudged.relation} AS {numbered}", made.values)
    answers = _lost(building, (address, table, unjudged.relation))
    aside = set_aside(session, unjudged, step, building.work.interval) if quarantined(table) else 0
    return Select(left(session, unjudged, building.publish_id, aside)), Built(aside, answers)


def _held(building: Building, address: TableAddress, table: OutputTable, made: Select) -> Select:
    """Return rows as the store holds them: a ledger's chained, and each with where it came from."""
    interval, copy = building.work.interval, "CAST(NULL AS INT64)"
    match table.mode:
        case PublishMode.PARTITION:
            copy = copies(table)
        case PublishMode.LEDGER:
            made = chained(
                Joining(building.session, address, table, building.publish_id, interval), made, building.step(address)
            )
    own = f"SELECT *, {interval_columns(interval)}, {copy} AS {COPY} FROM ({made.sql}) AS made"
    return replace(made, sql=own)


def _blame(building: Building) -> None:
    """Read what came from files, for the one purpose of seeing whether it can be read."""
    for local in building.exposed.from_files:
        relation = building.exposed.relations[local]
        try:
            building.session.warehouse.run(f"SELECT MAX(TO_JSON_STRING(made)) FROM ({relation}) AS made")
        except BadRequest as error:
            raise SourceBroken(f"the source of input `{local}` cannot be read: {reason(error)}") from None
