"""Merge: the document that a product came from, brought up to what its manifest says now.

What a manifest has a word for is as the manifest says; where that is still what the document said, in its own spelling.
All else stays as it was, in its place: ids, tenants, links, context, the properties of other vendors.
"""

from collections.abc import Callable, Iterable
from typing import Any

from meshwright.interop.draft import as_name, present
from meshwright.interop.foreign import Foreign
from meshwright.interop.odps.words import VENDOR, input_names, type_of
from meshwright.interop.odps.write import Element
from meshwright.interop.spelled import ANY_ROLE, major_of, ordered, role_of, version_of
from meshwright.model.mesh import Mesh

_GIVEN = ("id", "status")
"""What a document says once and for all: no manifest changes it."""


def merged(original: Foreign, ours: Element, mesh: Mesh) -> Element:
    """Return the original document with what the product says now."""
    inputs = _inputs(original["inputPorts"], ours.get("inputPorts", []))
    renamed = _renamed(original["inputPorts"], [port["name"] for port in ours.get("inputPorts", [])], inputs)
    now = {
        **ours,
        **{key: original[key].plain for key in _GIVEN if original[key]},
        "name": _same(original["name"], ours["name"], as_name),
        "domain": _same(original["domain"], ours["domain"], as_name),
        "version": _newer(original["version"], ours.get("version")),
        "type": ours["type"] if not original["type"] or type_of(original["type"].text) else original["type"].plain,
        "description": {**_beyond(original["description"], ("purpose", "usage", "limitations")), **ours["description"]},
        "tags": ours.get("tags", []),
        "inputPorts": inputs,
        "outputPorts": [_output(original["outputPorts"], port, renamed) for port in ours.get("outputPorts", [])],
        "managementPorts": _joined(original["managementPorts"], ours.get("managementPorts", []), "name"),
        "support": [_over(_found(original["support"], "channel", c["channel"]), c) for c in ours.get("support", [])],
        "team": _team(original["team"], ours.get("team", {}), mesh),
        "customProperties": _custom(original, ours),
    }
    was = original.mapping
    whole = {**was, **now}
    return {key: value for key, value in whole.items() if key not in now or value or value == was.get(key)}


def _same(said: Foreign, now: Any, spelled: Callable[[str], str]) -> Any:
    """Return what was said, if it comes to what holds now, else what holds now."""
    return said.plain if said and spelled(said.text) == now else now


def _newer(said: Foreign, now: str | None) -> Any:
    """Return the newer of two versions of a product; the document's, where it is of another kind."""
    then = version_of(said.text) if said else ""
    if now and (not said or (then and ordered(then) < ordered(now))):
        return now
    return said.plain


def _beyond(said: Foreign, ours: Iterable[str]) -> Element:
    """Return what an element says beyond the keys that are ours."""
    return {key: value.plain for key, value in said.entries() if key not in ours}


def _found(elements: Foreign, key: str, value: str) -> Foreign:
    return next((e for e in elements.items if e[key].text == value), Foreign())


def _over(said: Foreign, ours: Element) -> Element:
    """Return an element of the document with our keys in it."""
    return {**said.mapping, **ours, **present(customProperties=_custom(said, ours))}


def _custom(said: Foreign, ours: Element) -> list[Element]:
    others = [p.plain for p in said["customProperties"].items if p["vendor"].text != VENDOR]
    return [*others, *ours.get("customProperties", [])]


def _joined(said: Foreign, ours: list[Element], key: str) -> list[Element]:
    """Return the elements of a document, then those of ours that it does not have."""
    known = {e[key].text for e in said.items}
    return [*(e.plain for e in said.items), *(e for e in ours if e[key] not in known)]


def _inputs(said: Foreign, ours: list[Element]) -> list[Element]:
    known = dict(zip(input_names(said), said.items, strict=True))
    return [_port(known.get(port["name"], Foreign()), port) for port in ours]


def _renamed(said: Foreign, names: list[str], inputs: list[Element]) -> dict[str, Any]:
    """Return what the contracts of the document's inputs are called now."""
    then = dict(zip(input_names(said), (port["contractId"].text for port in said.items), strict=True))
    return {then[name]: now.get("contractId") for name, now in zip(names, inputs, strict=True) if then.get(name)}


def _output(said: Foreign, ours: Element, renamed: dict[str, Any]) -> Element:
    wanted = (ours["name"], major_of(ours["version"]))
    found = (p for p in said.items if (as_name(p["name"].text), major_of(p["version"].text)) == wanted)
    original = next(found, Foreign())
    kept = {key: original[key].plain for key in ("description", "type") if original[key]}
    then = [{**c.mapping, **present(id=renamed.get(c["id"].text))} for c in original["inputContracts"].items]
    lineage = _joined(Foreign(then), ours.get("inputContracts", []), "id")
    return {**_port(original, ours), **kept, **present(inputContracts=lineage)}


def _port(said: Foreign, ours: Element) -> Element:
    """Return a port by the name and the version that its document gave it, where they still hold."""
    if not said:
        return ours
    version = _same(said["version"], ours.get("version"), version_of)
    return {**_over(said, ours), **present(name=said["name"].plain, version=version)}


def _team(said: Foreign, ours: Element, mesh: Mesh) -> Element:
    """Return the team: who is in it now, and who has left it, as the document says."""
    left = [m.plain for m in said["members"].items if m["dateOut"]]
    members = [_member(said["members"], member, mesh) for member in ours.get("members", [])]
    return {**said.mapping, **present(members=[*members, *left])}


def _member(said: Foreign, ours: Element, mesh: Mesh) -> Element:
    person = mesh.person(ours["username"])
    known = {ours["username"], person.email if person else ours["username"]}
    original = next((m for m in said.items if m["username"].text in known and not m["dateOut"]), Foreign())
    role = _same(original["role"], ours["role"], role_of) if ours["role"] != ANY_ROLE else original["role"].plain
    return {**ours, **original.mapping, **present(role=role)}
