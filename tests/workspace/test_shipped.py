"""What ships with the package is found, in a checkout and in a wheel."""

import subprocess
import sys
from pathlib import Path

import pytest

from meshwright.workspace.shipped import shipped

ROOT = Path(__file__).parents[2]
SHIPPED = (
    "examples/artgo/mesh.yaml",
    "examples/flights/mesh.yaml",
    "templates/mesh/template.yaml",
    "docs/diagnostics.md",
)


@pytest.mark.parametrize("file", SHIPPED)
def test_a_checkout_has_what_ships_at_its_top(file: str) -> None:
    folder, _, rest = file.partition("/")
    assert shipped(folder) == ROOT / folder
    assert (shipped(folder) / rest).is_file()


def test_an_installed_package_has_what_ships_beside_its_modules(tmp_path: Path) -> None:
    installed = tmp_path / "meshwright"
    (installed / "workspace").mkdir(parents=True)
    (installed / "templates").mkdir()
    source = ROOT / "src" / "meshwright" / "workspace" / "shipped.py"
    (installed / "workspace" / "shipped.py").write_text(source.read_text())
    program = "import runpy, sys; print(runpy.run_path(sys.argv[1])['shipped']('templates'))"
    words = [sys.executable, "-c", program, str(installed / "workspace" / "shipped.py")]
    assert subprocess.check_output(words, text=True).strip() == str(installed / "templates")
