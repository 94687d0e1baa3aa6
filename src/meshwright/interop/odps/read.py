"""Read: which manifest does a document of ODPS come down to, and what does it leave open?

A manifest says more than the standard has words for, and nothing is invented: what a document does not say is left out,
so that `mesh validate` asks for it at its place.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from meshwright.interop.draft import Draft, Drafted, as_name, present
from meshwright.interop.foreign import Foreign
from meshwright.interop.odcs.store import store
from meshwright.interop.odps.words import custom, input_names, type_of
from meshwright.interop.spelled import members, strangers, version_of
from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.mesh import Person
from meshwright.model.naming import ODPS_FILE
from meshwright.model.value import value


@value
class NearbyContract:
    """A contract that lies beside the document."""

    content: bytes
    says: Foreign


@value
class Surroundings:
    """What a document can refer to: contracts beside it and ports of the mesh, by contract id; and the people."""

    contracts: Mapping[str, NearbyContract]
    ports: Mapping[str, PortAddress]
    people: tuple[Person, ...] = ()


def product_of(document: Foreign) -> str:
    """Return the address that a document suggests for its product; empty where it does not say a domain."""
    domain, product = as_name(document["domain"].text), as_name(document["name"].text or document["id"].text)
    return f"{domain}.{product}" if domain and product else ""


def drafted(document: Foreign, content: bytes, address: ProductAddress, around: Surroundings) -> Drafted:
    """Return the product of a document, with the files beside it; `content` is kept for what no manifest says."""
    own = custom(document)
    team = members(document["team"]["members"], around.people)
    left = [
        f"`{name}` of the team is not among the mesh's people: add them to mesh.yaml"
        for name in strangers(team, around.people)
    ]
    files = {ODPS_FILE: content}
    manifest = present(
        apiVersion="meshwright/v1",
        kind="DataProduct",
        type=type_of(document["type"].text),
        description=present(**{part: document["description"][part].text for part in _PARTS}),
        tags=list(document["tags"].texts),
        team=present(members=team),
        support=list(_support(document["support"], own["support"])),
        **{key: value for key, value in own.mapping.items() if key != "support"},
        inputPorts=list(_inputs(document["inputPorts"], around, left)),
        outputPorts=[_output(port, around, files, left) for port in document["outputPorts"].items],
    )
    return Drafted((Draft(address, manifest, files),), tuple(left))


_PARTS = ("purpose", "usage", "limitations")


def _support(channels: Foreign, own: Foreign) -> Iterator[dict[str, Any]]:
    for channel in (*channels.items, *own.items):
        yield present(channel=channel["channel"].text, tool=channel["tool"].text, url=channel["url"].text)


def _inputs(ports: Foreign, around: Surroundings, left: list[str]) -> Iterator[dict[str, Any]]:
    for name, port in zip(input_names(ports), ports.items, strict=True):
        own, contract = custom(port), port["contractId"].text
        read = around.ports.get(contract)
        if read is None and not own["source"] and not own["from"]:
            which = f"no port has its contract `{contract}`" if contract else "it has no contract"
            left.append(f"`{name}`: say where it is read `from`, or its `source`: {which}")
        yield {"name": name, **own.mapping, **({} if read is None else {"from": str(read)})}


def _output(port: Foreign, around: Surroundings, files: dict[str, bytes], left: list[str]) -> dict[str, Any]:
    own, name = custom(port), as_name(port["name"].text)
    version = version_of(port["version"].text)
    if not version:
        left.append(f"`{name}`: give it a version, major.minor.patch: `{port['version'].text}` is none")
    beside = _beside(name, version)
    found = around.contracts.get(port["contractId"].text)
    contract = None if found is None else f"{beside}.odcs.yaml"
    if found is not None and contract is not None:
        files[contract] = found.content
    else:
        left.append(_no_contract(name, port["contractId"].text))
    virtual = {} if own or not found or not found.says["servers"] else store(found.says, left)
    if not virtual and not own:
        left.append(f"`{name}`: say which store serves it (`virtual`), or write its SELECT into `{beside}.sql`")
    return {**present(name=name, version=version, virtual=virtual, contract=contract), **own.mapping}


def _beside(name: str, version: str) -> str:
    """Return what the files of a port are called, without their endings: majors lie side by side."""
    major = version.partition(".")[0]
    return name if major in ("", "0", "1") else f"{name}@{major}"


def _no_contract(name: str, contract: str) -> str:
    if not contract:
        return f"`{name}`: write what it promises under `contract`: the document names no contract"
    return f"`{name}`: write its `contract`, or import it with the `.odcs.yaml` of `{contract}` beside the document"
