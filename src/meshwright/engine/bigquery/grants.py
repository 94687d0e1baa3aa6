"""Grants: who may read a product, as its ports say, compiled to the access of its datasets, views and rows.

A domain is a group of people, whose address the environment knows: `bigquery://project?readers=mesh-{domain}@acme.org`;
`all` stands for every domain. Who may read all ports reads the dataset, who may read some, their views. Raw rows, in
the store, are read through views alone: its dataset lets in those of what consumers read, and nobody else who only
reads. What such groups are not meant by, such as an administrator's own grants, stays as it is. Rows are hidden before
somebody is let in, and shown again after somebody was taken out.
"""

import re
from collections.abc import Iterable, Iterator

from google.cloud import bigquery

from meshwright.engine.attendant import ALONE, Attendant
from meshwright.engine.bigquery.connection import RETRY, Warehouse, explained, open_warehouse
from meshwright.engine.bigquery.row_policies import Limited, person, policies, put, who
from meshwright.model.address import TableAddress
from meshwright.model.naming import dataset, store_dataset, stored_table
from meshwright.model.product import DataProduct
from meshwright.model.value import value

EVERYBODY = "all"
"""What stands for the name of a domain where a port is for all of them."""

_VIEWER = "roles/bigquery.dataViewer"
_PROJECT_READERS = "projectReaders"
_LIMITED = {"mesh-rows": "limited"}
"""Says of a store that rows of its tables are hidden from some, or once were."""


@value
class Grants:
    """Who may read a product: domains that read all of it, those that read single tables, and who sees what rows."""

    whole: frozenset[str]
    tables: tuple[tuple[TableAddress, frozenset[str]], ...] = ()
    limited: tuple[Limited, ...] = ()


def grants(product: DataProduct) -> Grants:
    """Return the domains that may read a product. Those below them are members of their groups."""
    own = product.address.domain
    ports = [
        (port, frozenset([EVERYBODY] if port.readers is None else [own, *port.readers, *(g.domain for g in port.rows)]))
        for port in product.outputs
    ]
    whole = frozenset.intersection(*(domains for _, domains in ports)) if ports else frozenset()
    return Grants(
        whole,
        tuple(
            (product.port_address(port).table(called), domains - whole)
            for port, domains in ports
            for called, _ in port.named
        ),
        tuple(
            Limited(product.port_address(port).table(called), table, frozenset([own, *(port.readers or ())]), port.rows)
            for port in product.outputs
            if port.rows
            for called, table in port.named
        ),
    )


def grant(data: str, product: DataProduct, attendant: Attendant = ALONE) -> None:
    """Let those read a product who may, and nobody else of the mesh. Without `readers` in `data`, change nothing."""
    warehouse = open_warehouse(data, attendant).acting_for(product.address.domain)
    if warehouse.at.readers is None:
        return
    found = grants(product)
    offered, store = (place(product.address, warehouse.prefix) for place in (dataset, store_dataset))
    with explained(f"granting access to `{product.address}`"):
        held = _let_in(warehouse, store, [_views_of(warehouse, offered)])
        if found.limited:
            _hide(warehouse, held, (store, offered), found.limited)
        _let_in(warehouse, offered, [_group("READER", group) for group in _groups(warehouse, found.whole)])
        for table, domains in found.tables:
            _let_see(warehouse, _view(warehouse, offered, table), _groups(warehouse, domains))
        if held.labels.items() >= _LIMITED.items():
            limited = {one.address for one in found.limited}
            for table, _ in found.tables:
                if table not in limited:
                    put(warehouse, store, table, ())


def _hide(warehouse: Warehouse, held: bigquery.Dataset, places: tuple[str, str], limited: Iterable[Limited]) -> None:
    """Have tables show some people the rows that they are granted, and everybody else what they saw."""
    store, offered = places
    if not held.labels.items() >= _LIMITED.items():
        held.labels = {**held.labels, **_LIMITED}
        held = warehouse.client.update_dataset(held, ["labels"], retry=RETRY)
    shared = warehouse.client.get_dataset(f"{warehouse.project}.{offered}", retry=RETRY)
    accounts = (who(one) for one in (warehouse, warehouse.environment) if one is not None)
    others = {*accounts, *_others(warehouse, held), *_others(warehouse, shared)}
    for one in limited:
        view = warehouse.client.get_iam_policy(_view(warehouse, offered, one.address), retry=RETRY)
        bound = {str(m) for binding in view.bindings for m in binding["members"]}
        seeing = {*others, *(member for member in bound if not _names_ours(warehouse, member))}
        said = policies(one, lambda domain: f"group:{_groups(warehouse, [domain])[0]}", seeing)
        put(warehouse, store, one.address, said)


def _let_in(warehouse: Warehouse, name: str, wanted: list[bigquery.AccessEntry]) -> bigquery.Dataset:
    """Have a dataset let in whom it should, and those whom nobody of us manages."""
    found = warehouse.client.get_dataset(f"{warehouse.project}.{name}", retry=RETRY)
    kept = [entry for entry in found.access_entries if not _is_ours(warehouse, entry) and entry not in wanted]
    if [*kept, *wanted] != list(found.access_entries):
        found.access_entries = [*kept, *wanted]
        found = warehouse.client.update_dataset(found, ["access_entries"], retry=RETRY)
    return found


def _let_see(warehouse: Warehouse, place: str, groups: list[str]) -> None:
    """Have a view be read by these groups, beside those whom nobody of us manages."""
    policy = warehouse.client.get_iam_policy(place, retry=RETRY)
    before = [{"role": one["role"], "members": set(one["members"])} for one in policy.bindings]
    bindings = [{**one, "members": {m for m in one["members"] if not _names_ours(warehouse, m)}} for one in before]
    bindings.append({"role": _VIEWER, "members": {f"group:{group}" for group in groups}})
    after = _merged(bindings)
    if after != _merged(before):
        policy.bindings = [{"role": role, "members": members} for role, members in sorted(after.items())]
        warehouse.client.set_iam_policy(place, policy, retry=RETRY)


def _merged(bindings: Iterable[dict[str, object]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in bindings:
        members = one["members"]
        if isinstance(members, set) and members:
            found.setdefault(str(one["role"]), set()).update(members)
    return found


def _is_ours(warehouse: Warehouse, entry: bigquery.AccessEntry) -> bool:
    """Tell whether an entry is one that we decide about: a group of ours that reads, or whoever reads the project."""
    if entry.role != "READER":
        return False
    if entry.entity_type == "specialGroup":
        return entry.entity_id == _PROJECT_READERS
    return entry.entity_type == "groupByEmail" and _names_ours(warehouse, f"group:{entry.entity_id}")


def _others(warehouse: Warehouse, found: bigquery.Dataset) -> Iterator[str]:
    """Yield the members whom somebody else has let in. Special groups are none that a policy can name."""
    for entry in found.access_entries:
        match entry.entity_type:
            case _ if _is_ours(warehouse, entry):
                pass
            case "userByEmail":
                yield person(str(entry.entity_id))
            case "groupByEmail":
                yield f"group:{entry.entity_id}"
            case "domain":
                yield f"domain:{entry.entity_id}"
            case "iamMember":
                yield str(entry.entity_id)


def _names_ours(warehouse: Warehouse, member: str) -> bool:
    """Tell whether a member is the group of a domain."""
    parts = (warehouse.at.readers or "").split("{domain}")
    return re.fullmatch("group:" + "[a-z0-9-]+".join(map(re.escape, parts)), member) is not None


def _groups(warehouse: Warehouse, domains: Iterable[str]) -> list[str]:
    return [(warehouse.at.readers or "").replace("{domain}", domain) for domain in sorted(domains)]


def _group(role: str, group: str) -> bigquery.AccessEntry:
    return bigquery.AccessEntry(role, "groupByEmail", group)


def _view(warehouse: Warehouse, offered: str, table: TableAddress) -> str:
    return f"{warehouse.project}.{offered}.{stored_table(table)}"


def _views_of(warehouse: Warehouse, name: str) -> bigquery.AccessEntry:
    """Return what lets all views of a dataset read another dataset."""
    place = {"projectId": warehouse.project, "datasetId": name}
    return bigquery.AccessEntry.from_api_repr({"dataset": {"dataset": place, "targetTypes": ["VIEWS"]}})
