"""Contract file: a document of ODCS in a file of its own, read, held against its schema, and linted."""

from pathlib import Path
from typing import Any

from meshwright.manifest.standards.lint import lint
from meshwright.manifest.standards.official import Standard
from meshwright.manifest.standards.structure import valid_version
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import Document, read_file
from meshwright.model.value import value


@value
class ContractFile:
    """A contract that is valid by the schema of its version, and makes sense."""

    version: str
    plain: dict[str, Any]
    place: Place


def read_contract(path: Path, file: str, problems: Problems) -> ContractFile | None:
    """Read a contract, `file` being its name in diagnostics; None, and every reason, where it cannot be used."""
    own = Problems()
    document = read_file(path, file, own, foreign=True)
    found = None if document is None else _checked(document, own)
    problems.extend(own.found)
    return None if own.stop else found


def _checked(document: Document, problems: Problems) -> ContractFile | None:
    version = valid_version(document, Standard.ODCS, problems)
    if version is None:
        return None
    lint(document, problems)
    return ContractFile(version, document.value, document.root)
