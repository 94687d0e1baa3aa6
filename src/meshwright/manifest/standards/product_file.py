"""Product file: a document of ODPS, read, held against its schema, and its ports told apart."""

from pathlib import Path
from typing import Any

from meshwright.manifest.standards.codes import Code
from meshwright.manifest.standards.official import Standard
from meshwright.manifest.standards.structure import valid_version
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import Document, read_file

_PORTS = {"inputPorts": "input port", "outputPorts": "output port"}


def read_product(path: Path, file: str, problems: Problems) -> dict[str, Any] | None:
    """Read a document, `file` being its name in diagnostics; None, and every reason, where it cannot be used."""
    own = Problems()
    document = read_file(path, file, own, foreign=True)
    if document is not None and valid_version(document, Standard.ODPS, own) is not None:
        _ports_once(document, own)
    problems.extend(own.found)
    return None if document is None or own.stop else dict(document.value)


def _ports_once(document: Document, problems: Problems) -> None:
    """Report ports that nothing tells apart: name and version are the key, says the standard."""
    for key, called in _PORTS.items():
        seen: dict[tuple[str, str], Place] = {}
        for number, port in enumerate(document.value.get(key, ())):
            place = document.root[key][number]["name"]
            version = port.get("version", "")
            first = seen.setdefault((port["name"], version), place)
            if first is not place:
                which = f" of version {version}" if version else ""
                hint = f"it is on line {first.line} already: give one of them another name or version"
                problems.error(Code.TWICE, place.at, f"the {called} `{port['name']}`{which} is there twice", hint)
