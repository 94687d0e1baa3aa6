"""Row policies: which rows of a stored table do the people of a domain see, who may not read all of it?

A policy hides all rows from everybody whom none names. So one hides nothing from those who read all: people, accounts
that build and check, and whom others have let in. A policy is called after what it says: what is there already is left,
and what is new is made before what is old goes. The first of a table names all of them, so that nobody finds it empty
in between.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from meshwright.engine.bigquery.connection import Warehouse, name, text
from meshwright.engine.bigquery.types import cast
from meshwright.model.address import TableAddress
from meshwright.model.naming import stored_table
from meshwright.model.offer import RowGrant
from meshwright.model.product import OutputTable
from meshwright.model.value import value

_OURS = "mesh_"
_ACCOUNT = ".gserviceaccount.com"


@value
class Limited:
    """A table of which `whole` domains see all rows, and the people of others those that they are granted."""

    address: TableAddress
    table: OutputTable
    whole: frozenset[str]
    rows: tuple[RowGrant, ...]


@value
class Policy:
    """The rows that some members see, as a condition in SQL."""

    members: tuple[str, ...]
    condition: str = "TRUE"

    @property
    def called(self) -> str:
        """Its name: another one where it says something else."""
        return _OURS + sha256(repr((self.members, self.condition)).encode()).hexdigest()[:16]


def policies(limited: Limited, group: Callable[[str], str], others: Iterable[str]) -> tuple[Policy, ...]:
    """Return what is said of a table. `group` is the member that a domain's people are, `others` see all rows, too."""
    whole = Policy(tuple(sorted({*map(group, limited.whole), *others})))
    return (whole, *(Policy((group(grant.domain),), _condition(limited.table, grant)) for grant in limited.rows))


def put(warehouse: Warehouse, dataset: str, table: TableAddress, wanted: Sequence[Policy]) -> None:
    """Have a table say this, and nothing else that we have ever said; policies of others stay."""
    stored = stored_table(table)
    place, there = warehouse.place(dataset, stored), warehouse.row_policies(dataset, stored)
    if wanted and not there:
        first = Policy(tuple(sorted({member for policy in wanted for member in policy.members})))
        warehouse.run(_creation(place, first))
        there = [first.called]
    for policy in wanted:
        if policy.called not in there:
            warehouse.run(_creation(place, policy))
    gone = [one for one in there if one.startswith(_OURS) and one not in {policy.called for policy in wanted}]
    if gone and not wanted and len(gone) == len(there):
        warehouse.run(f"DROP ALL ROW ACCESS POLICIES ON {place}")  # the last one goes in no other way
        return
    for one in gone:
        warehouse.run(f"DROP ROW ACCESS POLICY IF EXISTS {name(one)} ON {place}")


def who(warehouse: Warehouse) -> str:
    """Return the member that BigQuery knows those as who ask."""
    ((known,),) = warehouse.run("SELECT SESSION_USER()")
    return str(known) if "://" in known else person(str(known))


def person(address: str) -> str:
    """Return the member that an address is: an account, or somebody."""
    return f"serviceAccount:{address}" if address.endswith(_ACCOUNT) else f"user:{address}"


def _condition(table: OutputTable, grant: RowGrant) -> str:
    kinds = {column.name: column.type for column in table.columns}
    return " AND ".join(
        f"{name(column)} IN ({', '.join(cast(text(value), kinds[column]) for value in values)})"
        for column, values in grant.columns
    )


def _creation(place: str, policy: Policy) -> str:
    members = ", ".join(map(text, policy.members))
    named = f"CREATE ROW ACCESS POLICY IF NOT EXISTS {name(policy.called)} ON {place}"
    return f"{named} GRANT TO ({members}) FILTER USING ({policy.condition})"
