"""Environment: the Python that a product's code runs in, made once for each lock, exactly as the lock says.

It is kept below the user's cache, under a name of all that it is made of, and never changed. No package is built from
its source: that would run strangers' code with what this process knows.
"""

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from meshwright.model.code import Code
from meshwright.model.errors import Busy, FinalError, Refused

_MADE = ".made"
_INSTALL = ("pip", "sync", "--quiet", "--require-hashes", "--no-build", "--compile-bytecode")
"""How packages are installed: compiled, for code may write nothing beside them, and would compile them in each run."""

_PATIENCE = 600.0
"""Seconds that making an environment may take."""

_USER = re.compile(r"(?<=://)[^/@\s]+@")
"""Who an index is asked as: `nadia:password@`."""

_HANDED_ON = ("HOME", "PATH", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
_HANDED_ON_PREFIXES = ("UV_", "XDG_")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")


def environment(code: Code) -> Path:
    """Return the Python of the environment that the code's lock names. Raises `FinalError` where it cannot be made."""
    folder = _folder(code)
    python = folder / "bin" / "python"
    if not (folder / _MADE).is_file():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            if not (folder / _MADE).is_file():
                shutil.rmtree(folder, ignore_errors=True)
                _make(code, folder, python)
                (folder / _MADE).touch()
    return python


def _folder(code: Code) -> Path:
    """Return where an environment is kept: what it is made of names it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    here = (str(Path(sys.executable).resolve()), platform.python_version(), platform.platform())
    name = hashlib.sha256("\0".join((*here, *_INSTALL, code.lock.path, code.lock.text)).encode()).hexdigest()
    return cache / "meshwright" / "environments" / name[:24]


def _make(code: Code, folder: Path, python: Path) -> None:
    uv = _uv()
    _call(code, [uv, "venv", "--quiet", "--python", sys.executable, str(folder)])
    given = folder / "given"
    for file in (f for f in code.files if f.path in ("pyproject.toml", code.lock.path)):
        given.mkdir(exist_ok=True)
        (given / file.path).write_text(file.text)
    lock = given / code.lock.path
    if code.lock.path == "uv.lock":
        exported = given / "exported.lock"
        options = ["--frozen", "--no-emit-project", "--no-dev", "--format", "requirements.txt"]
        _call(code, [uv, "export", "--quiet", *options, "--project", str(given), "--output-file", str(exported)])
        lock = exported
    install = [uv, *_INSTALL, "--python", str(python), str(lock)]
    try:
        _call(code, [*install, "--offline"])
    except FinalError:  # what is not in uv's cache yet
        _call(code, install)


def _call(code: Code, command: list[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603  # uv, with paths that we made
            command, env=_variables(), capture_output=True, text=True, check=False, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired:
        message = f"the environment of `{code.path}` was not made in {_PATIENCE / 60:.0f} minutes"
        raise Busy(message, hint="see that the index of packages can be reached") from None
    if done.returncode:
        said = [_USER.sub("", line.strip()) for line in done.stderr.splitlines() if line.strip()]
        message = f"the environment that `{code.lock.path}` names cannot be made: {' '.join(said[:4])}"
        raise FinalError(message, hint=f"see that `{code.lock.path}` can be installed here, from wheels alone")


def _uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.is_file() else shutil.which("uv")
    if found is None:
        raise Refused("a domain's own code needs `uv`, which makes its environment", hint="install `meshwright[code]`")
    return found


def _variables() -> dict[str, str]:
    """Return what uv is told of this process's variables: where things are, and no secret of the mesh."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in _HANDED_ON or name.startswith(_HANDED_ON_PREFIXES) or name.lower() in _PROXIES
    }


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only process that makes an environment."""
    handle = os.open(folder.with_name(f"{folder.name}.lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
