"""Code: which files is a domain's own code made of, are all there, and can they be run as they are?

Nothing of it is imported or run to find out: Python is parsed, locks and projects are read.
"""

import os
from collections.abc import Iterator

from meshwright.manifest.codes import Code as Wrong
from meshwright.manifest.product.locked import check_lock
from meshwright.manifest.product.python import check_python
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.shapes.documents import OutputPortBlock, TransformBlock
from meshwright.manifest.text.content import read_text
from meshwright.manifest.text.place import Place
from meshwright.model.code import LOCK_FILES, PROJECT_FILE, Code, CodeFile, Language
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value

_MADE = frozenset(("target", "logs", "dbt_packages"))
"""Folders of what dbt has made itself."""

_MOST = 2_000_000
"""Bytes of a product's code with its lock: it travels in the product's record."""


@value
class Said:
    """What a port says of the code that makes it, and where."""

    language: Language
    path: str
    connections: tuple[str, ...]
    place: Place


def code_of(subject: Subject) -> Code | None:
    """Return the code of a product, which all ports name that are not made by SQL; None where there is none."""
    found = [
        said
        for number, block in enumerate(subject.document.output_ports)
        if (said := said_code(block, subject.place["outputPorts"][number])) is not None
    ]
    if not found:
        return None
    first, *others = found
    for other in others:
        if (other.language, other.path) != (first.language, first.path):
            message = f"`{other.path}` is not the code that makes the ports before, `{first.path}`"
            hint = (
                f"a product has one code, which makes several ports: call it from `{first.path}`, or make two products"
            )
            subject.problems.error(Wrong.CONFLICT, other.place.at, message, hint)
    connections = tuple(sorted({name for said in found for name in said.connections}))
    return _read(subject, first, connections)


def said_code(block: OutputPortBlock, place: Place) -> Said | None:
    """Return what a port says of the code that makes it; None where it names none."""
    says, own = block.transform, place["transform"]
    if says is None:
        return None
    for language, path in ((Language.PYTHON, says.python), (Language.DBT, says.dbt)):
        if path is not None:
            return Said(language, path, tuple(says.connections), own[language.value])
    return None


def is_made_by_code(block: OutputPortBlock) -> bool:
    """Tell whether a port names the code that makes it."""
    return block.transform is not None and (block.transform.python or block.transform.dbt) is not None


def check_one_way(subject: Subject, says: TransformBlock, place: Place) -> None:
    """Say so when a port is to be made in two ways, or has words for a way that it is not made in."""
    ways = [name for name, said in (("sql", says.sql), ("python", says.python), ("dbt", says.dbt)) if said is not None]
    for name in ways[1:]:
        hint = "keep one of them"
        subject.problems.error(Wrong.CONFLICT, place[name].at_key, f"`{name}` and `{ways[0]}` both make the port", hint)
    is_code = says.python is not None or says.dbt is not None
    for name, said, needs in (("dialect", says.dialect, not is_code), ("connections", says.connections, is_code)):
        if said and not needs:
            hint = "remove it, or write `python:` or `dbt:`" if name == "connections" else "remove it"
            message = f"`{name}` says nothing of a port that is made by {'code' if is_code else 'SQL'}"
            subject.problems.error(Wrong.CONFLICT, place[name].at_key, message, hint)


def _read(subject: Subject, said: Said, connections: tuple[str, ...]) -> Code | None:
    top = subject.file.rpartition("/")[0]
    paths = tuple(_python_files(subject) if said.language is Language.PYTHON else _project_files(subject, said.path))
    if said.path not in paths and not (said.language is Language.DBT and f"{said.path}/dbt_project.yml" in paths):
        _missing(subject, said)
        return None
    locks = (PROJECT_FILE, *LOCK_FILES)
    read = (
        (path, read_text(subject.folder / path, f"{top}/{path}", subject.problems))
        for path in (*paths, *locks)
        if path in paths or path in subject.files
    )
    texts = {path: text for path, text in read if text is not None}
    if sum(len(text.text) for text in texts.values()) > _MOST:
        message = f"the code of the product is larger than {_MOST // 1_000_000} MB"
        subject.problems.error(Wrong.CODE, said.place.at, message, "keep data elsewhere, and read them as an input")
    if said.language is Language.PYTHON:
        for path in paths:
            if path in texts:
                check_python(texts[path], subject.problems, is_called=path == said.path)
    check_lock(subject, said.language, texts, said.place)
    files = tuple(CodeFile(path, texts[path].text) for path in sorted(texts))
    return Code(said.language, said.path, files, connections)


def _missing(subject: Subject, said: Said) -> None:
    if said.language is Language.PYTHON:
        known = [name for name in subject.files if name.endswith(".py")]
        hint = did_you_mean(said.path, known, otherwise="write it beside the manifest, with a function `transform`")
        message = f"there is no Python file `{said.path}` beside the manifest"
    else:
        hint = "name the folder that holds the project's `dbt_project.yml`"
        message = f"there is no dbt project in `{said.path}` beside the manifest"
    subject.problems.error(Wrong.CODE, said.place.at, message, hint)


def _python_files(subject: Subject) -> Iterator[str]:
    return (path for path in _files(subject, "") if path.endswith(".py"))


def _project_files(subject: Subject, folder: str) -> Iterator[str]:
    return _files(subject, f"{folder}/")


def _files(subject: Subject, below: str) -> Iterator[str]:
    """Yield the files in a folder, in the order of their names; what is linked or hidden is not of it."""
    try:
        with os.scandir(subject.folder / below) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name == "__pycache__":
            continue
        if entry.is_file(follow_symlinks=False):
            yield below + entry.name
        elif entry.is_dir(follow_symlinks=False) and entry.name not in _MADE:
            yield from _files(subject, f"{below}{entry.name}/")
