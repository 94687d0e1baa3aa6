"""Addresses: `domain.product[:port[@major][.table][.column]]`, everywhere the same.

A port with one table has no need to name it: `domain.product:port@1.column`. Of a port with several tables each is
`domain.product:port@1.table`, and its columns are `domain.product:port@1.table.column`.
"""

import re
from functools import cache

from meshwright.model.errors import NotFound
from meshwright.model.value import value

NAME = re.compile(r"[a-z][a-z0-9-]*")
_ADDRESS = re.compile(
    r"(?P<domain>[a-z][a-z0-9-]*)\.(?P<product>[a-z][a-z0-9-]*)"
    r"(?::(?P<port>[a-z][a-z0-9-]*)(?:@(?P<major>[0-9]+))?(?P<parts>(?:\.[A-Za-z_][A-Za-z0-9_]*){0,2}))?"
)


@value(order=True)
class ProductAddress:
    """`domain.product`."""

    domain: str
    product: str

    def __str__(self) -> str:
        return f"{self.domain}.{self.product}"

    def port(self, name: str, major: int) -> "PortAddress":
        """Return the address of one of this product's output ports."""
        return PortAddress(self, name, major)


@value(order=True)
class PortAddress:
    """`domain.product:port@major`; the major version is always known once a mesh is loaded."""

    product: ProductAddress
    name: str
    major: int

    def __str__(self) -> str:
        return f"{self.product}:{self.name}@{self.major}"

    def __hash__(self) -> int:
        return hash((self.product.domain, self.product.product, self.name, self.major))  # meshes are linked by ports

    def table(self, name: str = "") -> "TableAddress":
        """Return the address of one of this port's tables; without a name, of its only one."""
        return TableAddress(self, name)


@value(order=True)
class TableAddress:
    """`domain.product:port@major`, the only table of its port; or `domain.product:port@major.table`, one of several.

    `name` is empty for the only table: what a contract calls it is a word, and no part of its address.
    """

    port: PortAddress
    name: str = ""

    def __str__(self) -> str:
        return f"{self.port}.{self.name}" if self.name else str(self.port)

    def column(self, name: str) -> "ColumnAddress":
        """Return the address of one of this table's columns."""
        return ColumnAddress(self, name)


@value(order=True)
class ColumnAddress:
    """`domain.product:port@major.column`, or `domain.product:port@major.table.column`."""

    table: TableAddress
    name: str

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"

    @property
    def port(self) -> PortAddress:
        """The port whose table has the column."""
        return self.table.port


@value(order=True)
class SourceColumn:
    """`domain.product ← input.column`: a column of a source, which nobody reads but the product that has the input."""

    product: ProductAddress
    input: str
    name: str

    def __str__(self) -> str:
        return f"{self.product} ← {self.input}.{self.name}"


Address = ProductAddress | PortAddress | TableAddress | ColumnAddress
"""Whatever people can name."""

AnyColumn = ColumnAddress | SourceColumn
"""A column that a product offers, or one that it reads of a source."""


@value
class Reference:
    """An address as people type it: port, major and what follows may be left out.

    `parts` are the names after the port: whether the first is a table or a column, only the mesh knows.
    """

    product: ProductAddress
    port: str | None = None
    major: int | None = None
    parts: tuple[str, ...] = ()

    def __str__(self) -> str:
        port = f":{self.port}" if self.port else ""
        major = f"@{self.major}" if self.major is not None else ""
        return ".".join((f"{self.product}{port}{major}", *self.parts))


def product_at(address: Address) -> ProductAddress:
    """Return the product that an address is of, or of a part of."""
    match address:
        case ProductAddress():
            return address
        case PortAddress(product=product):
            return product
        case TableAddress(port=port) | ColumnAddress(table=TableAddress(port=port)):
            return port.product


def port_at(address: Address) -> PortAddress | None:
    """Return the port that an address is of, or of a part of; None for that of a product."""
    match address:
        case ProductAddress():
            return None
        case PortAddress():
            return address
        case TableAddress(port=port) | ColumnAddress(table=TableAddress(port=port)):
            return port


def parse(text: str) -> Reference:
    """Read an address as people type it. Raises `NotFound` when it is not one."""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise NotFound(f"`{text}` is not an address", hint=_way_out(text))
    major = match["major"]
    product = ProductAddress(match["domain"], match["product"])
    parts = tuple(part for part in (match["parts"] or "").split(".") if part)
    return Reference(product, match["port"], int(major) if major else None, parts)


def _way_out(text: str) -> str:
    """Return how to write what somebody may have meant: a folder's path, a product alone, a port behind a dot."""
    general = "write `domain.product`, `domain.product:port@1` or `domain.product:port@1.column`"
    path = text.removeprefix("domains/").strip("/").split("/")
    words = text.split(".")
    if len(path) > 1 and all(NAME.fullmatch(word) for word in path[:2]):
        return f"write `{path[0]}.{path[1]}`"
    if len(words) > 2 and all(NAME.fullmatch(word) for word in words[:3]):
        return f"a port stands behind a colon: `{words[0]}.{words[1]}:{words[2]}`; {general}"
    if NAME.fullmatch(text):
        return f"write `domain.product`: of which domain is `{text}`?"
    return general


@cache
def shared_address(domain: str, product: str) -> ProductAddress:
    """Return the address of a product, the same object each time.

    A mesh of thousands is linked and compared by addresses, and what is the same is found without being compared.
    """
    return ProductAddress(domain, product)


@cache  # a mesh names each port again and again
def port_address(text: str) -> PortAddress:
    """Read the whole address of a port, as the same text was written of one: `domain.product:port@major`."""
    product, _, port = text.partition(":")
    domain, _, own = product.partition(".")
    name, _, major = port.rpartition("@")
    return PortAddress(shared_address(domain, own), name, int(major))


def product_address(text: str) -> ProductAddress:
    """Read `domain.product`. Raises `NotFound` when it is anything else."""
    reference = parse(text)
    if reference.port is not None:
        raise NotFound(f"`{text}` names a port where a product is wanted", hint=f"write `{reference.product}`")
    return reference.product
