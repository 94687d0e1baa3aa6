"""Emulator: a BigQuery on this machine, in an environment of its own, for as long as the tests run.

It asks for other versions of libraries than ours are, so it is installed beside them, once, in the user's cache.
"""

import fcntl
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

_PACKAGES = (
    "bqemulator==1.4.0",
    "duckdb==1.5.5",
    "duckdb-extension-spatial==1.5.5",
    "numpy==2.4.6",
    "sqlglot[c]==30.11.0",  # compiled: it reads each statement several times
)
_SPATIAL = """
import os, duckdb, duckdb_extension_spatial as spatial
file = os.path.join(os.path.dirname(spatial.__file__), "extensions", "v1.5.5", "spatial.duckdb_extension")
duckdb.connect().execute(f"INSTALL '{file}'")
"""
PROJECT = "demo"


class Missing(Exception):
    """The emulator cannot be had on this machine."""


@contextmanager
def emulator(folder: Path) -> Iterator[str]:
    """Run an emulator; give its address. What it writes is below `folder`. Raises `Missing`."""
    home = _installed()
    log = folder / "emulator.log"
    rest, grpc = _free_port(), _free_port()
    starting = [home / "bin" / "python", Path(__file__).with_name("starting.py"), "start"]
    command = [*starting, "--rest-port", rest, "--grpc-port", grpc, "--project", PROJECT]
    variables = {**os.environ, "HOME": str(home), "TMPDIR": str(folder), "BQEMU_ENABLE_FORMAT_EXTENSIONS": "false"}
    with log.open("wb") as output:
        process = subprocess.Popen([*command, "--log-level", "error"], env=variables, stdout=output, stderr=output)
    try:
        yield _answering(f"http://127.0.0.1:{rest}", process, log)
    finally:
        process.terminate()
        process.wait(30)


def _installed() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "meshwright-tests"
    home = cache / f"bqemulator-{uuid.uuid5(uuid.NAMESPACE_OID, ' '.join(_PACKAGES)).hex[:8]}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / ".ready").is_file():
            python = home / "bin" / "python"
            _run(sys.executable, "-m", "venv", "--clear", str(home))
            _run(str(python), "-m", "pip", "install", "--quiet", *_PACKAGES)
            _run(str(python), "-c", _SPATIAL, HOME=str(home))
            (home / ".ready").touch()
    return home


def _run(*command: str, **variables: str) -> None:
    try:
        subprocess.run(command, env={**os.environ, **variables}, check=True, capture_output=True, timeout=400)
    except (OSError, subprocess.SubprocessError) as error:
        raise Missing(f"bqemulator cannot be installed: {str(getattr(error, 'stderr', b'') or error)[-300:]}") from None


def _answering(address: str, process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{address}/bigquery/v2/projects/{PROJECT}/datasets").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return address
    raise Missing(f"bqemulator does not start: {log.read_text()[-300:]}")


def _free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])
