"""Verbatim: what do the contracts of a product say, word for word, with all that nothing here reads?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from meshwright.manifest.standards.contract_file import ContractFile, read_contract
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_file
from meshwright.model.product import DataProduct, OutputPort
from meshwright.model.value import value


@value
class Verbatim:
    """The contract of a port: the block in its manifest, or the whole document in a file of its own."""

    port: OutputPort
    block: dict[str, Any]
    file: ContractFile | None = None


def verbatim(root: Path, product: DataProduct) -> Iterator[Verbatim]:
    """Yield the contracts of a product without errors, in the order of its ports."""
    manifest = read_file(root / product.file, product.file, Problems())
    blocks = manifest.value["outputPorts"] if manifest is not None else []
    for port, block in zip(product.outputs, blocks, strict=False):
        said = block["contract"]
        if isinstance(said, str):
            name = f"{product.file.rpartition('/')[0]}/{said}"
            found = read_contract(root / name, name, Problems())
            if found is not None:
                yield Verbatim(port, found.plain, found)
        else:
            yield Verbatim(port, said)
