"""Ports: what a product reads and what it offers, resolved."""

from collections.abc import Iterator

from meshwright.manifest.codes import Code
from meshwright.manifest.product.access import access
from meshwright.manifest.product.contract import contracts
from meshwright.manifest.product.origin import DEFAULT
from meshwright.manifest.product.promise import promise
from meshwright.manifest.product.slos import slos
from meshwright.manifest.product.sources import source, source_text
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.product.tables import content, tables
from meshwright.manifest.shapes.documents import (
    InputPortBlock,
    OutputPortBlock,
)
from meshwright.manifest.standards.service_levels import held
from meshwright.manifest.text.place import Place
from meshwright.model.address import Reference, TableAddress
from meshwright.model.contract import Contract
from meshwright.model.naming import stored_table
from meshwright.model.offer import Deprecation
from meshwright.model.product import (
    InputPort,
    OutputPort,
    Sample,
)


def inputs(subject: Subject) -> Iterator[InputPort]:
    """Yield the input ports of a product."""
    lines: dict[str, int] = {}
    for number, block in enumerate(subject.document.input_ports):
        place = subject.place["inputPorts"][number]
        if block.name in lines:
            hint = f"it is on line {lines[block.name]} already: choose another name"
            subject.problems.error(Code.DUPLICATE, place["name"].at, f"the input `{block.name}` is there twice", hint)
        lines.setdefault(block.name, place["name"].line)
        yield _input(subject, block, place)


def _input(subject: Subject, block: InputPortBlock, place: Place) -> InputPort:
    if (block.from_ is None) == (block.source is None):
        message = "has both `from` and `source`" if block.source else "has neither `from` nor `source`"
        hint = "write `from: domain.product:port@1` for another product's data, `source: …` for the domain's own"
        subject.problems.error(Code.CONFLICT, place["name"].at, f"the input `{block.name}` {message}", hint)
    if block.from_ is not None and block.contract is not None:
        hint = "remove it: the port that is read has its own"
        subject.problems.error(
            Code.CONFLICT, place["contract"].at_key, "an input `from` a product has no contract", hint
        )
    declared = _declared(subject, block, place["contract"])
    if declared is not None and declared.checks:
        at = declared.checks[0].at or place["contract"].at
        hint = "check the output port instead: what is published is what counts"
        subject.problems.error(Code.CHECK, at, "checks of a source are not executed", hint)
    reference = block.from_
    port = None
    if reference is not None and reference.port is not None and reference.major is not None:
        port = reference.product.port(reference.port, reference.major)
    note, key = subject.trace.note, f"inputPorts.{block.name}"
    note(key, port or source_text(block.source), place["from" if port else "source"])
    note(f"{key}.required", str(block.required).lower(), place["required"] if _said(block, "required") else DEFAULT)
    if declared is not None:
        note(f"{key}.contract", content(declared), place["contract"])
    return InputPort(
        name=block.name,
        source=None if block.source is None else source(subject, block.source, declared, place["source"]),
        port=port,
        columns=() if declared is None else declared.columns,
        required=block.required,
        at=place["from" if port else "name"].at,
    )


def _declared(subject: Subject, block: InputPortBlock, place: Place) -> Contract | None:
    """Return what a source is declared to have: it is one table."""
    if block.contract is None:
        return None
    first, *others = contracts(block.contract, place, subject.problems)
    if others:
        hint = "make an input port of each"
        subject.problems.error(Code.CONFLICT, place["schema"][1]["name"].at, "a source is one table", hint)
    for number, column in enumerate(block.contract.tables[0].properties):
        if column.partitioned:
            at = place["schema"][0]["properties"][number]["partitioned"].at_key
            message = "`partitioned` says nothing of an input"
            subject.problems.warn(Code.UNREAD, at, message, "remove it, or keep it as documentation")
    return first


def _said(block: InputPortBlock, field: str) -> bool:
    return field in block.model_fields_set


def outputs(subject: Subject, *, by_clock: bool) -> Iterator[OutputPort]:
    """Yield the output ports of a product; `by_clock`: it is built by one."""
    stored: dict[str, tuple[TableAddress, int]] = {}
    virtual = any(block.virtual for block in subject.document.output_ports)
    for number, block in enumerate(subject.document.output_ports):
        place = subject.place["outputPorts"][number]
        port = _output(subject, block, place, by_clock=by_clock and not virtual)
        if port is None:
            continue
        _refuse_to_share(subject, port, place, stored)
        if virtual and block.virtual is None:
            hint = "make a product of each: the one is built, the other is only watched"
            message = f"the port `{block.name}` is not virtual, but another port of the product is"
            subject.problems.error(Code.CONFLICT, place["name"].at, message, hint)
        yield port


def _refuse_to_share(
    subject: Subject, port: OutputPort, place: Place, stored: dict[str, tuple[TableAddress, int]]
) -> None:
    """Say so when a port is there twice, or one of its tables would be stored where another one is."""
    own = subject.address.port(port.name, port.major)
    for name, _ in port.named:
        table = own.table(name)
        other, line = stored.setdefault(stored_table(table), (table, place["name"].line))
        if line == place["name"].line:
            continue  # itself, or another table of the port with its name, which is said already
        if other.port == own:
            message = f"the port `{port.name}` of major version {port.major} is there twice"
        else:
            message = f"`{table}` and `{other}` would be one table, `{stored_table(table)}`"
        hint = f"line {line} has it already: give one of them another name or major version"
        subject.problems.error(Code.DUPLICATE, place["name"].at, message, hint)


def _output(subject: Subject, block: OutputPortBlock, place: Place, *, by_clock: bool) -> OutputPort | None:
    said = promise(subject, block, place)
    if said is None:
        return None
    key = f"outputPorts.{block.name}@{block.version.split('.', 1)[0]}"
    subject.trace.note(f"{key}.version", block.version, place["version"])
    made = tables(subject, block, place, said)
    promised = tuple(slos(subject, block, place, key, by_clock=by_clock))
    _note_words(subject, block, place, key)
    readers, rows = access(subject, block, place, key, made)
    port = OutputPort(
        name=block.name,
        version=block.version,
        tables=made,
        slos=promised,
        samples=tuple(
            Sample(s.title, s.sql.strip(), place["samples"][number]["sql"].content)
            for number, s in enumerate(block.samples)
        ),
        deprecated=_deprecation(subject, block, place, key),
        readers=readers,
        rows=rows,
        at=place["name"].at,
    )
    if said.file is not None:
        held(said.file, port, subject.problems)
    return port


def _deprecation(subject: Subject, block: OutputPortBlock, place: Place, key: str) -> Deprecation | None:
    said = block.deprecated
    if said is None:
        return None
    use = None
    match said.use:
        case (str() as name, int() as major):
            use = subject.address.port(name, major)
        case Reference(product=product, port=str() as name, major=int() as major):
            use = product.port(name, major)
    at = place["deprecated"]["use"].at
    found = Deprecation(said.until, use, at)
    if use == subject.address.port(block.name, int(block.version.split(".", 1)[0])):
        hint = "name what is to be read instead, or remove `use`"
        subject.problems.error(Code.CONFLICT, at, f"`{use}` cannot be read instead of itself", hint)
    subject.trace.note(f"{key}.deprecated", found, place["deprecated"])
    return found


def _note_words(subject: Subject, block: OutputPortBlock, place: Place, key: str) -> None:
    """Remember where what has no default was written: consequences, samples."""
    note = subject.trace.note
    for name, consequence in block.on_fail.items():
        note(f"{key}.onFail.{name}", consequence, place["onFail"][name])
    if block.samples:
        note(f"{key}.samples", ", ".join(s.title for s in block.samples), place["samples"])
