"""Export ODCS: the contracts of ports, for catalogues and tools that speak the standard."""

from collections.abc import Iterator
from pathlib import Path

from meshwright.interop.contract_ids import contract_ids
from meshwright.interop.odcs.versions import versioned
from meshwright.interop.odcs.write import document
from meshwright.manifest.product.verbatim import Verbatim, verbatim
from meshwright.manifest.standards.contract_file import ContractFile
from meshwright.manifest.text.writing import yaml_text
from meshwright.model.address import PortAddress
from meshwright.model.naming import contract_file
from meshwright.model.product import DataProduct
from meshwright.model.value import value

_UNTOUCHED_SINCE = "v3.1.0"
"""From here on, versions only add: a contract changes in the line that names the version."""


@value
class Exported:
    """A contract as text; `because` says why its version is not the one that was asked for."""

    port: PortAddress
    text: str
    version: str
    because: str

    @property
    def file(self) -> str:
        """The name of the file that it is written to."""
        return contract_file(self.port)


def export_odcs(root: Path, product: DataProduct, version: str) -> Iterator[Exported]:
    """Yield the contracts of a product's ports, valid by the official schema. Raises `Refused` where one cannot be."""
    ids = contract_ids(root, product)
    for said in verbatim(root, product):
        port = product.port_address(said.port)
        whole = said.block if said.file else document(product, said.port, said.block, ids[port])
        found = versioned(whole, version, str(port))
        text = _as_written(said, found.version) or yaml_text(found.plain)
        yield Exported(port, text, found.version, found.because)


def write_contracts(contracts: tuple[Exported, ...], into: Path) -> tuple[Path, ...]:
    """Write contracts into a folder, over those that were exported before; return their paths."""
    into.mkdir(parents=True, exist_ok=True)
    for contract in contracts:
        (into / contract.file).write_text(contract.text, encoding="utf-8", newline="")
    return tuple(into / contract.file for contract in contracts)


def _as_written(said: Verbatim, version: str) -> str:
    """Return a contract's file as it is, comments and all, but for its version; empty where more has to change."""
    file = said.file
    if file is None or (file.version != version and file.version < _UNTOUCHED_SINCE):
        return ""
    return _with_version(file, version)


def _with_version(file: ContractFile, version: str) -> str:
    text, at = file.place.text.text, file.place["apiVersion"].at
    lines = text.splitlines(keepends=True)
    line, start = lines[at.line - 1], at.column - 1
    lines[at.line - 1] = line[:start] + line[start:].replace(file.version, version, 1)
    return "".join(lines)
