"""Lint: what does the schema of ODCS allow that has no meaning, or not the one that was meant?

References that lead nowhere, names given twice, promises that lack a half. For contracts that their schema allows.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from meshwright.manifest.standards.codes import Code
from meshwright.manifest.standards.elements import Elements
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import Document
from meshwright.model.spelling import did_you_mean

Plain = Mapping[str, Any]

_IDENTIFIERS = {
    "schema": ("name", "id"),
    "properties": ("name", "id"),
    "servers": ("server", "id"),
    "customProperties": ("property", "id"),
    "members": ("id",),
    "quality": ("id",),
    "slaProperties": ("id",),
    "support": ("id",),
    "roles": ("id",),
    "relationships": ("id",),
    "authoritativeDefinitions": ("id",),
}
"""By which keys the items of a list are told apart."""

_NOT_IN_IDS = re.compile(r"[\s/\\#@!%&^]")
"""A reference is made of ids: what separates its parts, or has to be escaped in a URL, cannot be in one."""


def lint(contract: Document, problems: Problems) -> None:
    """Report what makes no sense in a contract that is valid by its schema."""
    plain: Plain = contract.value
    elements = Elements.of(plain)
    _id(plain, contract.root, problems)
    _twice(plain, contract.root, problems)
    _service_levels(plain, contract.root, elements, problems)
    _price(plain, contract.root["price"], problems)
    for element, place in _elements(plain.get("schema"), contract.root["schema"]):
        _element(element, place, elements, problems)


def _id(plain: Plain, place: Place, problems: Problems) -> None:
    said = str(plain["id"])
    if not said.strip():
        problems.error(Code.SENSE, place["id"].at, "the contract's `id` is empty", "give it a name of its own")
    elif strange := _NOT_IN_IDS.search(said):
        what = "a space" if strange[0].isspace() else f"`{strange[0]}`"
        hint = "use letters, digits, `-`, `_`, `.` and `:`: others refer to the contract by it"
        problems.error(Code.SENSE, place["id"].at, f"there is {what} in the contract's `id`", hint)


def _twice(value: object, place: Place, problems: Problems, under: str = "") -> None:
    """Report the items of any list that cannot be told apart."""
    match value:
        case Mapping():
            for key, inner in value.items():
                _twice(inner, place[key], problems, key)
        case list():
            for key in _IDENTIFIERS.get(under, ()):
                _twice_by(key, value, place, problems)
            for number, item in enumerate(value):
                _twice(item, place[number], problems)


def _twice_by(key: str, items: list[Any], place: Place, problems: Problems) -> None:
    lines: dict[object, int] = {}
    for number, item in enumerate(items):
        name = item.get(key) if isinstance(item, Mapping) else None
        if not isinstance(name, str):
            continue
        here = place[number][key]
        if name in lines:
            hint = f"it is on line {lines[name]} already: keep one of them"
            problems.error(Code.TWICE, here.at, f"the {key} `{name}` is there twice", hint)
        lines.setdefault(name, here.line)


def _service_levels(plain: Plain, root: Place, elements: Elements, problems: Problems) -> None:
    if plain.get("slaDefaultElement"):
        _refers(plain["slaDefaultElement"], root["slaDefaultElement"], elements, problems)
    for number, promise in enumerate(plain.get("slaProperties") or ()):
        place = root["slaProperties"][number]
        if promise.get("element"):
            _refers(promise["element"], place["element"], elements, problems)
        _scheduled(promise, place, problems)


def _refers(said: str, place: Place, elements: Elements, problems: Problems) -> None:
    """Report what a service level is about and the contract does not have; it may be about several elements."""
    if not elements.names:  # a contract without a schema: what it is about is described elsewhere
        return
    for name in (part.strip() for part in said.split(",")):
        if name and not elements.has(name):
            _dangling(name, place, elements, problems)


def _dangling(reference: str, place: Place, elements: Elements, problems: Problems) -> None:
    known = elements.paths if "/" in reference else elements.names
    hint = did_you_mean(reference, known, otherwise="name a table or column of `schema`")
    problems.error(Code.DANGLING, place.at, f"the contract has no element `{reference}`", hint)


def _scheduled(promise: Plain, place: Place, problems: Problems) -> None:
    for has, lacks in (("scheduler", "schedule"), ("schedule", "scheduler")):
        if promise.get(has) and not promise.get(lacks):
            message = f"there is a `{has}` and no `{lacks}`: nobody can tell when it is checked"
            problems.error(Code.SENSE, place[has].at_key, message, f"add `{lacks}`, or remove `{has}`")


def _price(plain: Plain, place: Place, problems: Problems) -> None:
    price = plain.get("price") or {}
    amount = price.get("priceAmount")
    if amount is None:
        return
    if amount < 0:
        problems.error(Code.SENSE, place["priceAmount"].at, f"a price of `{amount}` is less than nothing", "0 is free")
    if not price.get("priceCurrency"):
        message = f"a price of `{amount}` is in no currency"
        problems.error(Code.SENSE, place["priceAmount"].at, message, "add `priceCurrency: EUR`, or another")


def _elements(items: object, place: Place) -> Iterator[tuple[Plain, Place]]:
    """Yield every table and column, however deep."""
    for number, element in enumerate(items if isinstance(items, list) else ()):
        yield from _inside(element, place[number])


def _inside(element: Plain, place: Place) -> Iterator[tuple[Plain, Place]]:
    yield element, place
    yield from _elements(element.get("properties"), place["properties"])
    if isinstance(element.get("items"), Mapping):
        yield from _inside(element["items"], place["items"])


def _element(element: Plain, place: Place, elements: Elements, problems: Problems) -> None:
    if element.get("logicalType") == "array" and not element.get("items") and not element.get("physicalType"):
        message = "an array does not say what its items are"
        problems.error(Code.SENSE, place["logicalType"].at, message, "add `items: {logicalType: …}`")
    for number, check in enumerate(element.get("quality") or ()):
        if not check:
            problems.error(Code.SENSE, place["quality"][number].at, "a check says nothing", "remove it")
        else:
            _scheduled(check, place["quality"][number], problems)
    for number, relation in enumerate(element.get("relationships") or ()):
        _relation(relation, place["relationships"][number], elements, problems)


def _relation(relation: Plain, place: Place, elements: Elements, problems: Problems) -> None:
    ends = {key: _listed(relation[key]) for key in ("from", "to") if key in relation}
    for key, references in ends.items():
        for number, reference in enumerate(references):
            if not elements.has(reference):
                _dangling(reference, place[key][number], elements, problems)
    if len(ends) == 2 and len(ends["from"]) != len(ends["to"]):
        message = f"`from` has {len(ends['from'])} columns, and `to` has {len(ends['to'])}"
        problems.error(Code.SENSE, place["to"].at, message, "name as many on either side, in the same order")


def _listed(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]
