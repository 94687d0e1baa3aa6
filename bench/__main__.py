"""`python -m bench [NAME]`: run the benches, print a table, and last one JSON line a figure; smaller is better.

Those that take an hour are run by their name only.
"""

import importlib
import json
import os
import sys
from pathlib import Path

from bench.harness import Figure

SHARED = ("__init__", "__main__", "dag_child", "dag_sources", "harness", "meshes", "peers", "pipeline_child", "soda")
LONG = ("burst",)
NAMES = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem not in SHARED)


def main(only: str | None) -> int:
    if only is not None and only not in NAMES:
        print(f"no bench `{only}`: choose one of {', '.join(NAMES)}", file=sys.stderr)
        return 2
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    figures: list[Figure] = []
    for name in [only] if only else [name for name in NAMES if name not in LONG]:
        print(f"• {name}", file=sys.stderr)
        figures += importlib.import_module(f"bench.{name}").figures()
    for figure in figures:
        verdict = "ok  " if figure.value <= figure.target else "MISS"
        measured = f"{verdict} {figure.bench:<48} {figure.value:>8.3f} {figure.unit:<6}"
        print(f"{measured} target {figure.target:<7g} {figure.versus}")
    for figure in figures:
        print(json.dumps(figure.plain()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
