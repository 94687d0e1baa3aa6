"""Import ODPS: a product that somebody described in the standard becomes a product of this mesh."""

from collections.abc import Mapping
from pathlib import Path

from meshwright.actions.importing import Imported, address_said, write_drafts
from meshwright.interop.draft import as_name
from meshwright.interop.foreign import Foreign
from meshwright.interop.odps.read import ContractFile, Surroundings, drafted, product_of
from meshwright.interop.odps.words import major_of
from meshwright.manifest.layout import ODPS_FILE
from meshwright.manifest.problems import Problems
from meshwright.manifest.standards.product_file import read_product
from meshwright.manifest.syntax import read_file
from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.mesh import Mesh
from meshwright.model.naming import contract_id

CONTRACTS = "*.odcs.yaml"
"""The contracts that a document refers to, beside it."""


def import_odps(
    root: Path, mesh: Mesh, file: Path, product: ProductAddress | None = None, *, anew: bool = False
) -> Imported:
    """Write the product of a document, unless it is wrong; `product` goes before what the document says itself.

    Raises `NotFound` or `Refused` where there is no place for it.
    """
    problems = Problems()
    plain = read_product(file, str(file), problems)
    if plain is None:
        return Imported((), (), problems.found)
    document = Foreign(plain)
    address = product or address_said(product_of(document), "document")
    around = Surroundings(_contracts(file.parent), _ports(root, mesh), mesh.people)
    return write_drafts(root, mesh, drafted(document, file.read_bytes(), address, around), anew=anew)


def _contracts(folder: Path) -> Mapping[str, ContractFile]:
    """Return the contracts in a folder by their ids; whether they are sound is said where they go."""
    found: dict[str, ContractFile] = {}
    for path in sorted(folder.glob(CONTRACTS)):
        document = read_file(path, path.name, Problems(), foreign=True)
        says = Foreign(document.value if document else None)
        if says["id"].text:
            found.setdefault(says["id"].text, ContractFile(path.read_bytes(), says))
    return found


def _ports(root: Path, mesh: Mesh) -> Mapping[str, PortAddress]:
    """Return the ports of the mesh by the ids of their contracts: ours, and those that their documents give them."""
    found: dict[str, PortAddress] = {}
    for product in mesh.products:
        own = {(port.name, str(port.major)): product.port_address(port) for port in product.outputs}
        found |= {contract_id(address): address for address in own.values()}
        kept = (root / product.file).with_name(ODPS_FILE)
        original = read_product(kept, ODPS_FILE, Problems()) if kept.is_file() else None
        for port in Foreign(original)["outputPorts"].items:
            address = own.get((as_name(port["name"].text), major_of(port["version"].text)))
            if address is not None and port["contractId"]:
                found[port["contractId"].text] = address
    return found
