"""Read: which product is a contract, whose tables some store serves already?

The contract stays as it is, in a file beside the manifest; the manifest says what a product says once for its ports,
and where the tables are. What only the team can say is left to it, in a sentence each.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meshwright.interop.draft import Draft, Drafted, as_name, present
from meshwright.interop.foreign import Foreign
from meshwright.manifest.standards.block import table_name
from meshwright.manifest.standards.service_levels import max_age, one_unit
from meshwright.model.address import ProductAddress
from meshwright.model.mesh import Person
from meshwright.model.naming import connection_variable

OBJECTIVE = "99%"
"""How often what is promised must hold, where a contract promises it and does not say how often."""

_SCHEMAS = {
    "bigquery": ("project", "dataset"),
    "databricks": ("catalog", "schema"),
    "snowflake": ("database", "schema"),
    "trino": ("catalog", "schema"),
    "presto": ("catalog", "schema"),
    "athena": ("catalog", "schema"),
}
"""The keys of a server that stand before a table's name; elsewhere it is `schema`."""

_NO_TABLES = {"api", "kafka", "kinesis", "pubsub", "sftp", "s3", "azure", "local"}
_OWNERS = {"productowner", "dataproductowner", "owner", "dataowner"}
_VERSION = re.compile(r"v?([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a contract goes: its product, and the mesh's people, where mesh.yaml lists them."""

    product: ProductAddress
    people: tuple[Person, ...] = ()


def drafted(contract: Mapping[str, Any], content: bytes, target: Target) -> Drafted:
    """Return the product of a contract, `content` being its file, word for word."""
    says = Foreign(dict(contract))
    left: list[str] = []
    name = _port_name(says, target)
    file = f"{name}.odcs.yaml"
    manifest = present(
        apiVersion="meshwright/v1",
        kind="DataProduct",
        description=_description(says),
        tags=list(says["tags"].texts),
        team=present(members=list(_members(says, target.people, left))),
        support=[
            present(channel=c["channel"].text, tool=c["tool"].text, url=c["url"].text) for c in says["support"].items
        ],
        outputPorts=[
            present(
                name=name,
                version=_version(says, left),
                virtual=_virtual(says, left),
                contract=file,
                slo=_slo(says, left),
            )
        ],
    )
    return Drafted((Draft(target.product, manifest, {file: content}),), tuple(left))


def product_of(contract: Mapping[str, Any]) -> str:
    """Return the address that a contract suggests for its product; empty where it does not say a domain."""
    says = Foreign(dict(contract))
    product = as_name(says["dataProduct"].text or says["name"].text or says["id"].text)
    domain = as_name(says["domain"].text)
    return f"{domain}.{product}" if domain and product else ""


def _port_name(says: Foreign, target: Target) -> str:
    tables = says["schema"].items
    return (as_name(tables[0]["name"].text) if len(tables) == 1 else "") or target.product.product


def _description(says: Foreign) -> dict[str, str]:
    said = says["description"]
    first = next((t["description"].text for t in says["schema"].items if t["description"]), "")
    fallback = first or f"What the contract `{says['name'].text or says['id'].text}` describes."
    return {
        "purpose": said["purpose"].text or fallback,
        **present(usage=said["usage"].text, limitations=said["limitations"].text),
    }


def _members(says: Foreign, people: Sequence[Person], left: list[str]) -> Iterator[dict[str, str]]:
    """Yield the people of a team whom the mesh knows; where it lists nobody, all of them."""
    team = says["team"]
    known = {word: p.username for p in people for word in (p.username, p.email, p.name) if word}
    for member in team["members"].items or team.items:
        if member["dateOut"]:
            continue
        said = member["username"].text
        username = known.get(said) or known.get(member["name"].text) if people else said
        if username is None:
            left.append(f"`{said}` of the team is not among the people of the mesh: add them to mesh.yaml, and here")
            continue
        yield {"username": username, "role": _role(member["role"].text)}


def _role(text: str) -> str:
    plain = re.sub(r"[^a-z]", "", text.casefold())
    if plain in _OWNERS:
        return "productOwner"
    return "technicalOwner" if plain in ("technicalowner", "techlead") else text or "member"


def _version(says: Foreign, left: list[str]) -> str:
    found = _VERSION.fullmatch(says["version"].text)
    if found is None:
        left.append(f"the version `{says['version'].text}` is no `major.minor.patch`: the port begins with 1.0.0")
        return "1.0.0"
    return ".".join(str(int(part or 0)) for part in found.groups())


def _virtual(says: Foreign, left: list[str]) -> dict[str, Any]:
    """Return where the tables are, as far as the contract says so."""
    servers = says["servers"].items
    server = next((s for s in servers if s["type"].text not in _NO_TABLES), servers[0] if servers else Foreign())
    connection = as_name(server["server"].text or server["type"].text) or "store"
    left.append(_to_connect(connection, server, len(servers)))
    prefix = [server[key].text for key in _SCHEMAS.get(server["type"].text, ("schema",)) if server[key]]
    tables = {table_name(t.plain): _physical(t, prefix) for t in says["schema"].items}
    return {"connection": connection, "table": tables if len(tables) > 1 else next(iter(tables.values()), "table")}


def _to_connect(connection: str, server: Foreign, count: int) -> str:
    variable = connection_variable(connection)
    if not server:
        return f"the contract names no server: set {variable} to the URL of the store that serves it"
    said = f"`{server['server'].text}` ({server['type'].text})"
    other = f"; the other {count - 1} servers of the contract are not used" if count > 1 else ""
    if server["type"].text in _NO_TABLES:
        return (
            f"the server {said} serves no tables: name in product.yaml the store that does, and set {variable}{other}"
        )
    return f"set {variable} to the URL of the server {said}{other}"


def _physical(table: Foreign, prefix: Sequence[str]) -> str:
    name = table["physicalName"].text or table["name"].text
    return name if "." in name else ".".join([*prefix, name])


def _slo(says: Foreign, left: list[str]) -> dict[str, Any]:
    ages = [age for p in says["slaProperties"].items if (age := max_age(p.plain)) is not None]
    if not ages:
        return {}
    left.append(f"the contract does not say how often its data may be older than promised: the SLO says {OBJECTIVE}")
    return {"freshness": {"maxAge": one_unit(min(ages)), "objective": OBJECTIVE}}
