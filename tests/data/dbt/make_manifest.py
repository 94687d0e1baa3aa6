"""Makes a manifest and a catalog anew of the project beside it, by dbt itself: `python make_manifest.py DBT FOLDER`.

`v10` was made by dbt 1.6, the oldest whose manifests are read, `v12` by dbt 1.10. What changes with each run and each
machine is taken out, and what Meshwright has no use for (dbt's own macros).
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NOT_NEEDED = ("macros", "docs", "parent_map", "child_map", "disabled", "selectors")


def main(dbt: str, into: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = shutil.copytree(HERE / "project", Path(folder) / "project")
        for verb in (("build",), ("docs", "generate")):
            subprocess.run([dbt, "--no-use-colors", *verb, "--profiles-dir", "."], cwd=project, check=True)
        manifest = json.loads((project / "target" / "manifest.json").read_text())
        catalog = json.loads((project / "target" / "catalog.json").read_text())
    for kind in NOT_NEEDED:
        manifest[kind] = {}
    for node in (*manifest["nodes"].values(), *manifest["exposures"].values()):
        node |= {"created_at": 0, "compiled_path": None, "root_path": None}
    keep(into / "manifest.json", manifest)
    keep(into / "catalog.json", catalog)


def keep(path: Path, made: dict[str, Any]) -> None:
    made["metadata"] |= {"generated_at": "2026-01-01T00:00:00Z", "invocation_id": "", "user_id": None, "env": {}}
    for key in ("invocation_started_at", "run_started_at"):
        made["metadata"].pop(key, None)
    path.write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], HERE / sys.argv[2])
