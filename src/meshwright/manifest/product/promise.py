"""Promise: what does an output port promise: the contract in its manifest, or the one in a file beside it?"""

from meshwright.manifest.codes import Code
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.shapes.documents import OutputPortBlock
from meshwright.manifest.shapes.odcs import ContractBlock
from meshwright.manifest.standards.codes import Code as StandardCode
from meshwright.manifest.standards.contract_file import ContractFile
from meshwright.manifest.text.place import Place
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value


@value
class Promise:
    """A contract, and where it is written; `file` is what else a contract in a file of its own says."""

    block: ContractBlock
    place: Place
    file: ContractFile | None = None


def promise(subject: Subject, block: OutputPortBlock, place: Place) -> Promise | None:
    """Return what a port promises; None, and the reasons, where its contract's file cannot be read."""
    if isinstance(block.contract, ContractBlock):
        return Promise(block.contract, place["contract"])
    # A mesh without contracts in files has no need of the standard's schema, nor of what judges by it.
    from meshwright.manifest.standards.block import block as executed
    from meshwright.manifest.standards.contract_file import read_contract

    name = block.contract
    path = subject.folder / name
    if not path.is_file():
        known = [file for file in subject.files if file.endswith((".yaml", ".yml"))]
        hint = did_you_mean(name, known, otherwise="write it beside the manifest, or the contract itself here")
        message = f"there is no file `{name}` beside the manifest"
        subject.problems.error(Code.UNREADABLE, place["contract"].at, message, hint)
        return None
    found = read_contract(path, f"{subject.file.rpartition('/')[0]}/{name}", subject.problems)
    read = None if found is None else executed(found, subject.problems)
    if found is None or read is None:
        return None
    _agrees(subject, block, found, place)
    return Promise(read, found.place, found)


def contract_files(subject: Subject) -> set[str]:
    """Return the files that ports name as their contracts."""
    return {block.contract for block in subject.document.output_ports if isinstance(block.contract, str)}


def _agrees(subject: Subject, block: OutputPortBlock, found: ContractFile, place: Place) -> None:
    """Report a version that the contract does not have. One that is no `major.minor.patch` says nothing of ours."""
    said = str(found.plain["version"]).removeprefix("v")
    parts = said.split(".")
    full = ".".join([*parts, "0", "0"][:3]) if len(parts) <= 3 and all(p.isdecimal() for p in parts) else block.version
    if full != block.version:
        message = f"the port has version {block.version}, and its contract {said}"
        hint = f"write `version: {full}`, or change the contract's: they are one promise"
        subject.problems.error(StandardCode.DISAGREES, place["version"].at, message, hint)
