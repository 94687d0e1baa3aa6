"""What the tests of imports and exports share: the command line, a product's document, a file's plain value."""

from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from meshwright.actions.export_odps import export_odps
from meshwright.cli.main import mesh
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_file
from meshwright.model.address import ProductAddress, product_address
from meshwright.workspace.workspace import open_workspace


def said(*words: str) -> Result:
    return CliRunner().invoke(mesh, words, catch_exceptions=False, standalone_mode=False)


def exported(root: Path, address: str) -> dict[str, Any]:
    return export_odps(open_workspace(root, {}, {}), product_address(address))


def plain(path: Path) -> Any:
    document = read_file(path, path.name, Problems(), foreign=True)
    assert document is not None
    return document.value


def manifest_of(root: Path, address: ProductAddress) -> Path:
    return root / "domains" / address.domain / address.product / "product.yaml"
