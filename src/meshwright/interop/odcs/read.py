"""Read: which product is a contract, whose tables some store serves already?

The contract stays as it is, in a file beside the manifest; the manifest says what a product says once for its ports,
and where the tables are. What only the team can say is left to it, in a sentence each.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from meshwright.interop.draft import Draft, Drafted, as_name, present
from meshwright.interop.foreign import Foreign
from meshwright.interop.odcs.store import store
from meshwright.interop.spelled import FIRST, members, strangers, version_of
from meshwright.manifest.standards.service_levels import max_age, one_unit
from meshwright.model.address import ProductAddress
from meshwright.model.mesh import Person
from meshwright.model.value import value

OBJECTIVE = "99%"
"""How often what is promised must hold, where a contract promises it and does not say how often."""


@value
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
        team=present(members=_members(says, target.people, left)),
        support=[
            present(channel=c["channel"].text, tool=c["tool"].text, url=c["url"].text) for c in says["support"].items
        ],
        outputPorts=[
            present(
                name=name,
                version=_version(says, left),
                virtual=store(says, left),
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


def _members(says: Foreign, people: Sequence[Person], left: list[str]) -> list[dict[str, str]]:
    """Return the people of a team whom the mesh knows."""
    team = members(says["team"]["members"] or says["team"], people)
    unknown = strangers(team, people)
    left.extend(
        f"`{name}` of the team is not among the mesh's people: add them to mesh.yaml, and here" for name in unknown
    )
    return [member for member in team if member["username"] not in unknown]


def _version(says: Foreign, left: list[str]) -> str:
    found = version_of(says["version"].text)
    if not found:
        left.append(f"the version `{says['version'].text}` is no `major.minor.patch`: the port begins with {FIRST}")
    return found or FIRST


def _slo(says: Foreign, left: list[str]) -> dict[str, Any]:
    ages = [age for p in says["slaProperties"].items if (age := max_age(p.plain)) is not None]
    if not ages:
        return {}
    left.append(f"the contract does not say how often its data may be older than promised: the SLO says {OBJECTIVE}")
    return {"freshness": {"maxAge": one_unit(min(ages)), "objective": OBJECTIVE}}
