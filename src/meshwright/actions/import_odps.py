"""Import ODPS: a product that somebody described in the standard becomes a product of this mesh."""

from collections.abc import Mapping
from pathlib import Path

from meshwright.actions.importing import Imported, address_said, write_drafts
from meshwright.interop.contract_ids import contract_ids
from meshwright.interop.foreign import Foreign
from meshwright.interop.odps.read import NearbyContract, Surroundings, drafted, product_of
from meshwright.manifest.standards.product_file import read_product
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_file
from meshwright.model.address import ProductAddress
from meshwright.model.mesh import Mesh

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
    ports = {id_: port for p in mesh.products for port, id_ in contract_ids(root, p).items()}
    around = Surroundings(_contracts(file.parent), ports, mesh.people)
    return write_drafts(root, mesh, drafted(document, file.read_bytes(), address, around), anew=anew)


def _contracts(folder: Path) -> Mapping[str, NearbyContract]:
    """Return the contracts in a folder by their ids; whether they are sound is said where they go."""
    found: dict[str, NearbyContract] = {}
    for path in sorted(folder.glob(CONTRACTS)):
        document = read_file(path, path.name, Problems(), foreign=True)
        says = Foreign(document.value if document else None)
        if says["id"].text:
            found.setdefault(says["id"].text, NearbyContract(path.read_bytes(), says))
    return found
