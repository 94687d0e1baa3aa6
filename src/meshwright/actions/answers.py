"""Answers: what somebody answered a template's question, read: a name, columns, another product's port."""

import re
from collections.abc import Callable
from typing import Any

from meshwright.manifest.template import Question
from meshwright.model.address import NAME, TableAddress, parse
from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import NotFound, Refused
from meshwright.model.mesh import Mesh
from meshwright.model.naming import local_table, sql_name
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value

Reader = Callable[[str], Any]
"""Reads the text of an answer. Raises `MeshError` when it is none."""


def read_name(text: str) -> str:
    """Read a name. Raises `Refused`."""
    if not NAME.fullmatch(text):
        raise Refused(
            f"`{text}` cannot be a name", hint="use lower-case letters, digits and `-`, and begin with a letter"
        )
    return text


def reader(question: Question, mesh: Mesh | None) -> Reader:
    """Return what reads the answers to a question; only products' questions need a mesh."""

    def chosen(text: str) -> str:
        if question.choices and text not in question.choices:
            hint = did_you_mean(text, question.choices)
            raise Refused(f"`{question.name}` cannot be `{text}`", hint=hint)
        return text

    match question.kind:
        case "name":
            return read_name
        case "columns":
            return columns
        case "port":
            assert mesh is not None, "only products ask for ports"  # noqa: S101
            return lambda text: _port(mesh, text)
        case _:
            return chosen


_COLUMN = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::(?P<type>[a-z]+))?")


def columns(text: str) -> tuple[Column, ...]:
    """Read `id, amount:number`: the first is the key, and what has no type is a string. Raises `Refused`."""
    found: list[Column] = []
    for part in text.split(","):
        match = _COLUMN.fullmatch(part.strip())
        if match is None:
            raise Refused(f"`{part.strip()}` is not a column", hint="write `name`, or `name:type`, with `,` between")
        kind = match["type"] or "string"
        if kind not in tuple(LogicalType):
            raise Refused(f"there is no type `{kind}`", hint=did_you_mean(kind, tuple(LogicalType)))
        found.append(Column(match["name"], LogicalType(kind), primary_key=not found))
    if len({c.name.casefold() for c in found}) < len(found):
        raise Refused("a column is there twice", hint="give each a name of its own")
    return tuple(found)


@value
class Upstream:
    """The table that a new product reads, and what it promises to hold."""

    address: TableAddress
    columns: tuple[Column, ...]

    def __str__(self) -> str:
        return str(self.address.port)

    @property
    def local(self) -> str:
        """What SQL calls it, where the input has the name of the port."""
        return local_table(sql_name(self.address.port.name), self.address.name)


def _port(mesh: Mesh, text: str) -> Upstream:
    """Find a table by its address; without a major version, that of the newest port."""
    reference = parse(text)
    tables = {address: table for product in mesh.products for address, table in product.tables()}
    of_port = [
        t
        for t in tables
        if (t.port.product, t.port.name) == (reference.product, reference.port)
        and reference.major in (None, t.port.major)
    ]
    address = max((t for t in of_port if t.name == ".".join(reference.parts)), default=None)
    if address is not None:
        return Upstream(address, tables[address].contract.columns)
    if of_port and not reference.parts:
        hint = f"write {' or '.join(f'`{t}`' for t in sorted(of_port))}"
        raise NotFound(f"`{text}` has several tables: which one is read?", hint=hint)
    hint = did_you_mean(text, map(str, tables), otherwise="`mesh list` shows all products")
    raise NotFound(f"there is no output port `{text}`", hint=hint)
