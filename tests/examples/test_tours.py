"""The tours: what a page tells a reader to type works, and what it shows is what it prints.

A `sh` block is run as it stands; a `console` block that shows output is held against the output.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.examples.running import EXAMPLES

ROOT = EXAMPLES.parent
TOURS = (
    pytest.param("docs/guides/domain-team.md", None, id="domain engineer"),
    pytest.param("examples/artgo/README.md", "artgo", id="artgo"),
    pytest.param("examples/flights/README.md", "flights", id="flights"),
)
BLOCK = re.compile(r"^```(?P<kind>sh|console)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
DIGEST = re.compile(r"\b[0-9a-f]{12}\b")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\dZ)?")


@dataclass
class Reader:
    """Somebody who types what a page says, in one shell after the other; the folder and what is exported stay."""

    folder: Path
    variables: dict[str, str]

    def types(self, command: str) -> tuple[int, str]:
        """Run a command; return its exit status and all that it printed."""
        exported = Path(self.variables["HOME"]) / "exported"
        script = f"set -e\n{command}\nenv -0 > {exported}"
        done = subprocess.run(
            ["bash", "-c", script],
            check=False,
            cwd=self.folder,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if exported.exists():
            pairs = (line.partition("=") for line in exported.read_text().split("\0") if line)
            self.variables = {name: value for name, _, value in pairs}
            self.folder = Path(self.variables["PWD"])
        return done.returncode, done.stdout


def _timeless(text: str) -> str:
    """Leave out what is another at each time: digests, and the moments of runs."""
    return TIME.sub("…", DIGEST.sub("…", text)).strip()


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("MESH_", "AIRFLOW_"))}
    here = {"PATH": f"{Path(sys.executable).parent}:{kept['PATH']}", "HOME": str(tmp_path), "COLUMNS": "120"}
    cache = {"XDG_CACHE_HOME": str(Path.home() / ".cache")}  # nothing is fetched twice
    return Reader(tmp_path / "mesh", cache | kept | here)


@pytest.mark.parametrize(("page", "example"), TOURS)
def test_a_page_does_what_it_says(page: str, example: str | None, reader: Reader) -> None:
    if example is None:
        reader.folder.mkdir()
    else:
        shutil.copytree(EXAMPLES / example, reader.folder, ignore=shutil.ignore_patterns(".mesh", "__pycache__"))
    for block in BLOCK.finditer((ROOT / page).read_text()):
        if block["kind"] == "sh":
            status, printed = reader.types(block["text"])
            assert status == 0, printed
            continue
        command, _, shown = block["text"].removeprefix("$ ").partition("\n")
        if shown and "$ " not in shown:
            _, printed = reader.types(command)
            assert _timeless(printed) == _timeless(shown)
