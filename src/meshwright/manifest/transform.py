"""Transform: which SQL makes a port, in which dialect?"""

from meshwright.manifest.codes import Code
from meshwright.manifest.documents import OutputPortBlock
from meshwright.manifest.origin import DEFAULT, FOLDER, INPUTS
from meshwright.manifest.place import Place
from meshwright.manifest.subject import Subject
from meshwright.manifest.syntax import read_text
from meshwright.model.product import Transform
from meshwright.model.spelling import did_you_mean

DIALECT = "bigquery"


def transform(subject: Subject, block: OutputPortBlock, place: Place, key: str) -> Transform | None:
    """Return how a port is made; None where the product's one input is passed on as it is."""
    name = _sql_file(subject, block, place)
    if name is None:
        passed = [port.name for port in subject.document.input_ports]
        subject.trace.note(f"{key}.transform", f"{', '.join(passed)} as it is", INPUTS)
        return None
    text = read_text(subject.folder / name, f"{subject.file.rpartition('/')[0]}/{name}", subject.problems)
    said = block.transform.dialect if block.transform else None
    shared = None if said else subject.shared("dialect", lambda s: s.dialect)
    own = place["transform"]
    dialect = said or (shared[0] if shared else DIALECT)
    subject.trace.note(f"{key}.transform.sql", name, own if block.transform and block.transform.sql else FOLDER)
    subject.trace.note(
        f"{key}.transform.dialect", dialect, own["dialect"] if said else shared[1] if shared else DEFAULT
    )
    return None if text is None else Transform(text.text, dialect, text.file)


def used_files(subject: Subject) -> set[str]:
    """Return the SQL files that some port of the product is made by."""
    names = (_said(block) or _default(subject, block) for block in subject.document.output_ports)
    return {name for name in names if name}


def _said(block: OutputPortBlock) -> str | None:
    return block.transform.sql if block.transform else None


def _default(subject: Subject, block: OutputPortBlock) -> str | None:
    major = block.version.split(".", 1)[0]
    candidates = (f"{block.name}@{major}.sql", f"{block.name}.sql")
    return next((name for name in candidates if name in subject.files), None)


def _sql_file(subject: Subject, block: OutputPortBlock, place: Place) -> str | None:
    """Return the file of a port's SQL, and say so when it should be there and is not."""
    said = _said(block)
    if said is not None:
        if said in subject.files or (subject.folder / said).is_file():
            return said
        known = [name for name in subject.files if name.endswith(".sql")]
        hint = did_you_mean(said, known, otherwise="write it beside the manifest")
        message = f"there is no file `{said}` beside the manifest"
        subject.problems.error(Code.SQL_FILE, place["transform"]["sql"].at, message, hint)
        return None
    name = _default(subject, block)
    count = len(subject.document.input_ports)
    if name is None and count != 1:
        message = f"nothing says how `{block.name}` is made of {count} inputs"
        hint = f"write its SELECT into `{block.name}.sql`, beside the manifest"
        subject.problems.error(Code.SQL_FILE, place["name"].at, message, hint)
    return name
