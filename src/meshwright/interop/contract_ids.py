"""Contract ids: by which id do others refer to the contract of a port?

The id in its file, where it lies in one; else the one in the document that the product came from; else ours.
"""

from pathlib import Path

from meshwright.interop.draft import as_name
from meshwright.interop.foreign import Foreign
from meshwright.interop.spelled import major_of
from meshwright.manifest.product.verbatim import verbatim
from meshwright.manifest.standards.product_file import read_product
from meshwright.manifest.text.problems import Problems
from meshwright.model.address import PortAddress
from meshwright.model.naming import ODPS_FILE, contract_id
from meshwright.model.product import DataProduct


def contract_ids(root: Path, product: DataProduct) -> dict[PortAddress, str]:
    """Return the id of the contract of each port of a product without errors."""
    ports = {(port.name, str(port.major)): product.port_address(port) for port in product.outputs}
    found = {address: contract_id(address) for address in ports.values()}
    for port in kept_document(root, product)["outputPorts"].items:
        address = ports.get((as_name(port["name"].text), major_of(port["version"].text)))
        if address is not None and port["contractId"].text:
            found[address] = port["contractId"].text
    return found | {product.port_address(w.port): str(w.file.plain["id"]) for w in verbatim(root, product) if w.file}


def kept_document(root: Path, product: DataProduct) -> Foreign:
    """Return the document that a product came from; nothing, where none is kept."""
    path = (root / product.file).with_name(ODPS_FILE)
    return Foreign(read_product(path, ODPS_FILE, Problems()) if path.is_file() else None)
