"""What a command does not need, it does not load."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.actions.repositories import open_repositories, silent

from meshwright.actions.fetch import fetch

HEAVY = {
    "airflow",
    "duckdb",
    "sqlglot",
    "fastapi",
    "sqlalchemy",
    "pyarrow",
    "google",
    "jinja2",
    "cryptography",
    "obstore",
}
ARTGO = Path(__file__).parents[2] / "examples" / "artgo"


def loaded_modules(*words: str) -> set[str]:
    """Run `mesh WORDS` in a process of its own and return the top-level modules that it loaded."""
    program = (
        "import json, sys\nbare = set(sys.modules)\nfrom meshwright.cli.main import mesh\n"
        f"mesh.main({list(words)!r}, standalone_mode=False)\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules.keys() - bare})), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_help_loads_nothing_heavy_and_no_yaml() -> None:
    loaded = loaded_modules("--help")
    assert not loaded & (HEAVY | {"yaml", "pydantic", "httpx", "pendulum"})


@pytest.fixture
def warm_artgo(tmp_path: Path) -> Path:
    mesh = shutil.copytree(ARTGO, tmp_path / "artgo", ignore=shutil.ignore_patterns(".mesh"))
    for _ in range(2):  # once there is a place to keep things, what the environments are is kept there, too
        loaded_modules("validate", "--mesh", str(mesh))
    return mesh


def test_validate_on_a_warm_cache_loads_nothing_heavy_and_no_yaml(warm_artgo: Path) -> None:
    assert not loaded_modules("validate", "--mesh", str(warm_artgo)) & (HEAVY | {"yaml", "pydantic"})


def test_validate_of_changed_sql_loads_nothing_that_reads_manifests(warm_artgo: Path) -> None:
    sql = warm_artgo / "domains/assets/asset-inventory/files.sql"
    sql.write_text(sql.read_text() + "\n-- the same")
    loaded = loaded_modules("validate", "--mesh", str(warm_artgo))
    assert "sqlglot" in loaded
    assert not loaded & {"yaml", "pydantic"}


def test_explaining_a_code_loads_nothing_that_reads_manifests() -> None:
    assert not loaded_modules("explain", "MW0105") & (HEAVY | {"yaml", "pydantic"})


def test_validate_on_a_warm_cache_of_a_domains_repository_loads_nothing_heavy(tmp_path: Path) -> None:
    three = open_repositories(tmp_path)
    fetch(three.open("insight"), silent)
    loaded_modules("validate", "--mesh", str(tmp_path / "insight"))
    assert not loaded_modules("validate", "--mesh", str(tmp_path / "insight")) & (HEAVY | {"pydantic"})
