"""What a team waits for after each change: all that they and everyone else committed, read and understood.

Cold is a fresh process without anything kept; files are in the memory of the system. The peers do a part of it: PyYAML
and dag-factory load the same YAML and check nothing; sqlglot traces the lineage of the same SQL, which is neither
resolved against manifests nor held against contracts.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.commands import MESH
from bench.harness import INSTALLED, Figure, command, seconds
from bench.meshes import COLUMNS, write_mesh
from bench.peers import fetched

DAG_FACTORY = """
import sys, time
from pathlib import Path
from dagfactory._yaml import load_yaml_file

files = sorted(Path(sys.argv[1]).glob("domains/*/*/product.yaml"))
before = time.process_time()
for file in files:
    load_yaml_file(str(file))
print(time.process_time() - before)
"""
PYYAML = """
import sys, time, yaml
from pathlib import Path

files = sorted(Path(sys.argv[1]).glob("domains/*/*/product.yaml"))
before = time.process_time()
for file in files:
    yaml.load(file.read_bytes(), yaml.CSafeLoader)
print(time.process_time() - before)
"""
SQLGLOT = """
import sys, time
from pathlib import Path
from sqlglot.lineage import lineage
from sqlglot.schema import MappingSchema

columns = dict.fromkeys(sys.argv[2].split(","), "STRING")
files = sorted(Path(sys.argv[1]).glob("domains/*/*/orders.sql"))
before = time.process_time()
for file in files:
    schema = MappingSchema({f"input_{n}": columns for n in range(2)}, dialect="bigquery")
    lineage(None, file.read_text(), schema=schema, dialect="bigquery", trim_selects=False)
print(time.process_time() - before)
"""


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        manifests, queries = Path(folder) / "manifests", Path(folder) / "queries"
        write_mesh(manifests, 3000, sql=False)
        write_mesh(queries, 1000, sql=True)
        return [*_manifests(manifests, _yaml_alone(manifests, Path(folder) / "peer")), *_queries(queries)]


def _manifests(mesh: Path, versus: str) -> list[Figure]:
    validate = command(MESH, "validate", "--mesh", str(mesh))
    return [
        Figure("validate 3,000 manifests, cold", seconds(validate, before=lambda: _forget(mesh)), "cpu s", 2.0, versus),
        Figure("validate 3,000 manifests, warm", seconds(validate), "cpu s", 0.3, versus),
    ]


def _queries(mesh: Path) -> list[Figure]:
    validate = command(MESH, "validate", "--mesh", str(mesh))
    names = ",".join(name for name, _, _ in COLUMNS)
    peer = _printed(SQLGLOT, str(mesh), names)
    versus = f"sqlglot's lineage of the SQL alone takes {peer:.2f} s, in its best mode"
    cold = seconds(validate, before=lambda: _forget(mesh))
    manifest = mesh / "domains" / "domain-12" / "orders-0512" / "product.yaml"
    query = manifest.with_name("orders.sql")
    return [
        Figure("validate 1,000 products with SQL, cold", cold, "cpu s", 8.0, versus),
        Figure("validate 1,000 products, one SQL file changed", _changed(mesh, query, "--"), "cpu s", 0.6, versus),
        Figure("validate 1,000 products, one manifest changed", _changed(mesh, manifest, "#"), "cpu s", 0.6, versus),
    ]


def _changed(mesh: Path, file: Path, comment: str) -> float:
    def change() -> None:
        file.write_text(f"{comment} changed\n{file.read_text()}")

    return seconds(command(MESH, "validate", "--mesh", str(mesh)), before=change)


def _forget(mesh: Path) -> None:
    shutil.rmtree(mesh / ".mesh", ignore_errors=True)


def _yaml_alone(mesh: Path, into: Path) -> str:
    fastest = f"loading the YAML alone takes PyYAML, on libyaml, {_printed(PYYAML, str(mesh)):.1f} s"
    found = fetched("dag-factory==1.1.0", into)
    if found is None:
        return f"{fastest}; dag-factory could not be had"
    return f"{fastest}, and dag-factory {_printed(DAG_FACTORY, str(mesh), packages=found):.1f} s"


def _printed(program: str, *words: str, packages: Path | None = None) -> float:
    environment = INSTALLED if packages is None else INSTALLED | {"PYTHONPATH": str(packages)}
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True, env=environment
    )
    return float(done.stdout.splitlines()[-1])
