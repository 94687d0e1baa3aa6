"""Code: what a domain has written itself to make its tables, with all that is needed to run it elsewhere.

It travels whole in the product's record, lock and all: what was approved is what runs (docs/decisions/0081).
"""

from enum import StrEnum

from meshwright.model.errors import Corrupt
from meshwright.model.identity import Digest
from meshwright.model.value import value


class Language(StrEnum):
    """What code is written in: Python over Arrow, or a project of dbt."""

    PYTHON = "python"
    DBT = "dbt"

    @property
    def called(self) -> str:
        """What people call it."""
        return "Python" if self is Language.PYTHON else "dbt"


PROJECT_FILE = "pyproject.toml"
LOCK_FILES = ("requirements.lock", "uv.lock")
"""What names all that code needs, with hashes: pip's own format, or uv's beside its `pyproject.toml`."""


@value
class CodeFile:
    """One file of UTF-8; its path is relative to the manifest's folder, with `/`."""

    path: str
    text: str


@value
class Code:
    """The code of a product: the file or folder at `path`, and all `files` that it is made of, its lock among them.

    `connections` are those whose URLs it is given; it is given nothing else.
    """

    language: Language
    path: str
    files: tuple[CodeFile, ...]
    connections: tuple[str, ...] = ()

    @property
    def lock(self) -> CodeFile:
        """The file that names all that it needs."""
        for file in self.files:
            if file.path in LOCK_FILES:
                return file
        raise Corrupt(f"nothing locks the environment of `{self.path}`")

    @property
    def text(self) -> str:
        """What it is, and what it is given, in words."""
        given = " and ".join(f"`{name}`" for name in self.connections)
        return f"`{self.path}`" + (f", which is given {given}" if given else "")

    @property
    def digest(self) -> Digest:
        """What names all of it."""
        parts = (self.language.value, self.path, *self.connections, *(p for f in self.files for p in (f.path, f.text)))
        return Digest.of("\0".join(parts).encode())


@value
class CodeTransform:
    """A table that the product's code makes; `path` is the file or folder of that code."""

    path: str
