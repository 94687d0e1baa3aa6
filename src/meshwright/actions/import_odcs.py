"""Import ODCS: a contract that somebody wrote becomes a product, whose own store serves what it describes."""

from pathlib import Path

from meshwright.actions.importing import Imported, address_said, write_drafts
from meshwright.interop.odcs.read import Target, drafted, product_of
from meshwright.manifest.product.contract import contracts
from meshwright.manifest.shapes.odcs import ContractBlock
from meshwright.manifest.standards.block import block
from meshwright.manifest.standards.contract_file import ContractFile, read_contract
from meshwright.manifest.text.problems import Problems
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import errors
from meshwright.model.mesh import Mesh


def import_odcs(
    root: Path, mesh: Mesh, file: Path, product: ProductAddress | None = None, *, anew: bool = False
) -> Imported:
    """Write the product of a contract, unless that is wrong; `product` goes before what the contract says itself.

    Raises `NotFound` or `Refused` where there is no place for it.
    """
    problems = Problems()
    contract = read_contract(file, str(file), problems)
    promised = None if contract is None else block(contract, problems)
    if contract is None or promised is None or not _sound(contract, promised, problems):
        return Imported((), (), errors(problems.found))
    target = Target(product or address_said(product_of(contract.plain), "contract"), mesh.people)
    return write_drafts(root, mesh, drafted(contract.plain, file.read_bytes(), target), anew=anew)


def _sound(contract: ContractFile, promised: ContractBlock, problems: Problems) -> bool:
    """Tell whether a port can promise what a contract does."""
    tuple(contracts(promised, contract.place, problems))
    return not problems.stop
