"""Transform: which SQL makes a table, in which dialect, or which code?"""

from meshwright.manifest.codes import Code
from meshwright.manifest.product.code import check_one_way, is_made_by_code, said_code
from meshwright.manifest.product.origin import DEFAULT, FOLDER, INPUTS
from meshwright.manifest.product.part import Part
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.shapes.documents import OutputPortBlock
from meshwright.manifest.text.content import read_text
from meshwright.manifest.text.place import Place
from meshwright.model.code import CodeTransform
from meshwright.model.product import Transform
from meshwright.model.spelling import did_you_mean

DIALECT = "bigquery"


def transform(subject: Subject, part: Part) -> Transform | CodeTransform | None:
    """Return how a table is made; None where an input of the product is passed on as it is."""
    if part.block.transform is not None:
        check_one_way(subject, part.block.transform, part.place["transform"])
    code = said_code(part.block, part.place)
    if code is not None:
        subject.trace.note(f"{part.key}.transform.{code.language.value}", code.path, code.place)
        return CodeTransform(code.path)
    name = _sql_file(subject, part)
    if name is None:
        passed = [port.name for port in subject.document.input_ports]
        subject.trace.note(f"{part.key}.transform", f"{', '.join(passed)} as it is", INPUTS)
        return None
    text = read_text(subject.folder / name, f"{subject.file.rpartition('/')[0]}/{name}", subject.problems)
    block, own = part.block, part.place["transform"]
    spoken, origin = dialect(subject, part)
    subject.trace.note(f"{part.key}.transform.sql", name, own if block.transform and block.transform.sql else FOLDER)
    subject.trace.note(f"{part.key}.transform.dialect", spoken, origin)
    return None if text is None else Transform(text.text, spoken, text.file)


def dialect(subject: Subject, part: Part) -> tuple[str, Place | str]:
    """Return the dialect of a table's SQL, its checks' among it, and where that was said."""
    block = part.block.transform
    if block is not None and block.dialect is not None:
        return block.dialect, part.place["transform"]["dialect"]
    return subject.shared("dialect", lambda s: s.dialect) or (DIALECT, DEFAULT)


def used_files(subject: Subject) -> set[str]:
    """Return the SQL files that some table of the product is made by."""
    found: set[str | None] = set()
    for block in (b for b in subject.document.output_ports if b.virtual is None and not is_made_by_code(b)):
        if isinstance(block.contract, str):  # its tables are in another file: what is named after the port is used
            found.update(name for name in subject.files if name.startswith((f"{block.name}.", f"{block.name}@")))
        names = [] if isinstance(block.contract, str) else [table.name for table in block.contract.tables]
        for name in names or [""]:
            found.add(_said(block, name) or _default(subject, block, name if len(names) > 1 else ""))
    return {name for name in found if name}


def _said(block: OutputPortBlock, table: str) -> str | None:
    said = block.transform.sql if block.transform else None
    return said.get(table) if isinstance(said, dict) else said


def _default(subject: Subject, block: OutputPortBlock, named: str) -> str | None:
    major = block.version.split(".", 1)[0]
    end = f".{named}.sql" if named else ".sql"
    candidates = (f"{block.name}@{major}{end}", f"{block.name}{end}")
    return next((name for name in candidates if name in subject.files), None)


def _sql_file(subject: Subject, part: Part) -> str | None:
    """Return the file of a table's SQL, and say so when it should be there and is not."""
    said = part.of("transform", "sql", part.block.transform.sql if part.block.transform else None, subject.problems)
    if said is not None:
        return said if _is_there(subject, said, part) else None
    name = _default(subject, part.block, part.named)
    inputs = subject.document.input_ports
    # What is read from another product may have a table of that name, which is passed on: the SQL's step knows.
    passes = len(inputs) == 1 and (not part.named or inputs[0].from_ is not None)
    if name is None and not passes:
        count = len(inputs)
        what = f"the table `{part.named}` of `{part.block.name}`" if part.named else f"`{part.block.name}`"
        file = f"{part.block.name}.{part.named}.sql" if part.named else f"{part.block.name}.sql"
        message = f"nothing says how {what} is made of {count} input{'' if count == 1 else 's'}"
        hint = f"write its SELECT into `{file}`, beside the manifest"
        subject.problems.error(Code.SQL_FILE, part.at, message, hint)
    return name


def _is_there(subject: Subject, file: str, part: Part) -> bool:
    if file in subject.files or (subject.folder / file).is_file():
        return True
    known = [name for name in subject.files if name.endswith(".sql")]
    hint = did_you_mean(file, known, otherwise="write it beside the manifest")
    message = f"there is no file `{file}` beside the manifest"
    subject.problems.error(Code.SQL_FILE, part.place["transform"]["sql"][part.contract.table].at, message, hint)
    return False
