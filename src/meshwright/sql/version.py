"""Version: who reads the SQL? For what is kept of its analyses; sqlglot itself need not be loaded for it."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from meshwright import __version__


@cache
def reader() -> str:
    """Name this version of us and of sqlglot."""
    found = find_spec("sqlglot")
    known = Path(found.origin).with_name("_version.py") if found and found.origin else None
    return f"{__version__} {known.read_text() if known and known.is_file() else ''}"
