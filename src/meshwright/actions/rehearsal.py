"""Rehearsal: can Airflow build and keep the DAGs of a release that is about to run?

Airflow takes seconds to load, and nothing but `meshwright.airflow` knows it: a process of its own builds and serialises
the DAGs that are not what they were in the release before, where Airflow is installed beside.
"""

import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec

from meshwright.model.errors import Refused
from meshwright.model.identity import Digest
from meshwright.release.graph import Files, listing_of


def rehearse(files: Files, release: Digest, before: Digest | None) -> int | None:
    """Return how many DAGs were built and serialised; None where Airflow is not installed.

    Raises `Refused`, with each product whose DAG cannot be built or kept, and the reason.
    """
    if find_spec("airflow") is None:
        return None
    known = set() if before is None else {head.line for head in listing_of(files, before).heads.values()}
    lines = [head.line for head in listing_of(files, release).heads.values() if head.line not in known]
    broken = _broken(b"".join(lines)) if lines else {}
    if broken:
        reasons = (f"  {product}: {reason}" for product, reason in sorted(broken.items()))
        message = "\n".join([f"Airflow cannot run release {release.short}", *reasons])
        raise Refused(message, hint="what runs goes on; correct the manifests and submit again")
    return len(lines)


def _broken(lines: bytes) -> dict[str, str]:
    """Return the products whose DAGs cannot be built or kept, with the reasons."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"AIRFLOW_HOME": home, **os.environ, "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        words = [sys.executable, "-P", "-m", "meshwright.airflow.rehearsal"]
        done = subprocess.run(words, input=lines, env=environment, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        hint = f"see what `{sys.executable} -c 'import airflow'` says"
        raise Refused(f"Airflow could not be asked about the DAGs: {reason}", hint=hint)
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found
