"""Ports: what a product reads and what it offers, resolved."""

from collections.abc import Iterator
from datetime import timedelta

from meshwright.manifest.codes import Code
from meshwright.manifest.columns import described
from meshwright.manifest.contract import contract
from meshwright.manifest.documents import (
    DatabaseBlock,
    FilesBlock,
    FreshnessBlock,
    InputPortBlock,
    OutputPortBlock,
    QualityBlock,
    Shared,
    SloBlock,
)
from meshwright.manifest.origin import DEFAULT, KEY
from meshwright.manifest.place import Place
from meshwright.manifest.promise import Promise, promise
from meshwright.manifest.standards.service_levels import held
from meshwright.manifest.subject import Subject
from meshwright.manifest.transform import transform
from meshwright.model.contract import Contract, Metric
from meshwright.model.naming import port_table
from meshwright.model.product import (
    DatabaseSource,
    FilesSource,
    InputPort,
    OnFail,
    OutputPort,
    PublishMode,
    Sample,
    Source,
    VirtualSource,
)
from meshwright.model.slo import Freshness, Quality, Slo, slo_text
from meshwright.model.spelling import did_you_mean
from meshwright.model.time import length_text

_DAY = timedelta(days=1)


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
    declared = contract(block.contract, place["contract"], subject.problems) if block.contract else None
    if declared is not None and declared.checks:
        at = declared.checks[0].at or place["contract"].at
        hint = "check the output port instead: what is published is what counts"
        subject.problems.error(Code.CHECK, at, "checks of a source are not executed", hint)
    reference = block.from_
    port = None
    if reference is not None and reference.port is not None and reference.major is not None:
        port = reference.product.port(reference.port, reference.major)
    note, key = subject.trace.note, f"inputPorts.{block.name}"
    note(key, port or _source_text(block.source), place["from" if port else "source"])
    note(f"{key}.required", str(block.required).lower(), place["required"] if _said(block, "required") else DEFAULT)
    if declared is not None:
        note(f"{key}.contract", _content(declared), place["contract"])
    return InputPort(
        name=block.name,
        source=None if block.source is None else _source(subject, block.source, place["source"]),
        port=port,
        columns=() if declared is None else declared.columns,
        required=block.required,
        at=place["from" if port else "name"].at,
    )


def _source(subject: Subject, block: FilesBlock | DatabaseBlock, place: Place) -> Source:
    match block:
        case DatabaseBlock():
            return DatabaseSource(block.connection, block.table, block.cursor)
        case FilesBlock():
            dated = "{start" in block.path
            if block.every is not None and not dated:
                hint = "put `{start:%Y-%m-%d}` into the path, or remove `every`"
                message = "`every` is for a path that names the time"
                subject.problems.error(Code.CONFLICT, place["every"].at_key, message, hint)
            return FilesSource(block.connection, block.path, block.format, block.every or _DAY)


def _said(block: InputPortBlock, field: str) -> bool:
    return field in block.model_fields_set


def _source_text(block: FilesBlock | DatabaseBlock | None) -> str:
    match block:
        case FilesBlock():
            each = f", one each {length_text(block.every or _DAY)}" if "{start" in block.path else ""
            return f"{block.format} files {block.path} of {block.connection}{each}"
        case DatabaseBlock():
            by = f", by {block.cursor}" if block.cursor else ""
            return f"{block.table} of {block.connection}{by}"
    return ""


def outputs(subject: Subject) -> Iterator[OutputPort]:
    """Yield the output ports of a product."""
    tables: dict[str, int] = {}
    virtual = any(block.virtual for block in subject.document.output_ports)
    for number, block in enumerate(subject.document.output_ports):
        place = subject.place["outputPorts"][number]
        port = _output(subject, block, place)
        if port is None:
            continue
        table = port_table(subject.address.port(port.name, port.major))
        if table in tables:
            hint = f"line {tables[table]} has it already: give one of them another name or major version"
            message = f"the port `{block.name}` of major version {port.major} is there twice"
            subject.problems.error(Code.DUPLICATE, place["name"].at, message, hint)
        tables.setdefault(table, place["name"].line)
        if virtual and block.virtual is None:
            hint = "make a product of each: the one is built, the other is only watched"
            message = f"the port `{block.name}` is not virtual, but another port of the product is"
            subject.problems.error(Code.CONFLICT, place["name"].at, message, hint)
        yield port


def _output(subject: Subject, block: OutputPortBlock, place: Place) -> OutputPort | None:
    said = promise(subject, block, place)
    if said is None:
        return None
    note = subject.trace.note
    key = f"outputPorts.{block.name}@{block.version.split('.', 1)[0]}"
    note(f"{key}.version", block.version, place["version"])
    own = contract(said.block, said.place, subject.problems)
    (promised,) = described(subject, block, place, (own,), key)
    note(f"{key}.contract", _content(promised), said.place)
    if block.virtual is not None:
        _only_watched(subject, block, place)
        note(f"{key}.virtual", f"{block.virtual.table} of {block.virtual.connection}", place["virtual"])
    on_fail = _on_fail(subject, block, promised, place["onFail"])
    slos = tuple(_slos(subject, block, place, key))
    if said.file is not None:
        held(said.file, slos, subject.problems)
    if promised.description:
        note(f"{key}.contract.description", promised.description, _words_place(said))
    _note_words(subject, block, place, key)
    return OutputPort(
        name=block.name,
        version=block.version,
        contract=promised,
        mode=PublishMode.REPLACE if block.virtual else _mode(subject, block, promised, place, key),
        transform=None if block.virtual else transform(subject, block, place, key),
        virtual=None if block.virtual is None else VirtualSource(block.virtual.connection, block.virtual.table),
        slos=slos,
        on_fail=on_fail,
        samples=tuple(Sample(s.title, s.sql.strip()) for s in block.samples),
        at=place["name"].at,
    )


def _words_place(said: Promise) -> Place:
    """Return where the description of a port's table was written."""
    return said.place["schema"][0]["description"] if said.block.tables[0].description else said.place["description"]


def _note_words(subject: Subject, block: OutputPortBlock, place: Place, key: str) -> None:
    """Remember where what has no default was written: consequences, samples."""
    note = subject.trace.note
    for name, consequence in block.on_fail.items():
        note(f"{key}.onFail.{name}", consequence, place["onFail"][name])
    if block.samples:
        note(f"{key}.samples", ", ".join(s.title for s in block.samples), place["samples"])


def _only_watched(subject: Subject, block: OutputPortBlock, place: Place) -> None:
    for name, present in (("transform", block.transform), ("publish", block.publish)):
        if present is not None:
            hint = "remove it: the product's own store serves the table, and nothing is built or copied"
            message = f"a virtual port has no `{name}`"
            subject.problems.error(Code.CONFLICT, place[name].at_key, message, hint)


def _mode(subject: Subject, block: OutputPortBlock, promised: Contract, place: Place, key: str) -> PublishMode:
    said = block.publish.mode if block.publish else None
    mode = said or (PublishMode.MERGE if promised.key else PublishMode.REPLACE)
    at = place["publish"]["mode"]
    if mode is PublishMode.MERGE and not promised.key:
        hint = "add `primaryKey: true` to the columns that tell rows apart, or choose `replace` or `append`"
        subject.problems.error(Code.CONFLICT, at.at, "`merge` needs a primary key", hint)
    chain = next((c for c in promised.checks if c.metric is Metric.HASH_CHAIN), None)
    if chain is not None and chain.at is not None and mode is not PublishMode.LEDGER:
        hint = "add `publish: {mode: ledger}`, which chains the rows"
        subject.problems.error(
            Code.CONFLICT, chain.at, f"there is no hash chain where rows are published by `{mode}`", hint
        )
    subject.trace.note(f"{key}.publish.mode", mode, at if said else KEY if promised.key else DEFAULT)
    return mode


def _slos(subject: Subject, block: OutputPortBlock, place: Place, key: str) -> Iterator[Slo]:
    own = block.slo or SloBlock()
    fresh = (own.freshness, place["slo"]) if own.freshness else subject.shared("slo", _freshness)
    if fresh is not None and fresh[0] is not None:
        promise = Freshness(fresh[0].max_age, fresh[0].objective)
        subject.trace.note(f"{key}.slo.freshness", slo_text(promise), fresh[1]["freshness"])
        yield promise
    good = (own.quality, place["slo"]) if own.quality else subject.shared("slo", _quality)
    if good is not None and good[0] is not None:
        quality = Quality(good[0].objective)
        subject.trace.note(f"{key}.slo.quality", slo_text(quality), good[1]["quality"])
        yield quality
    if fresh is None and good is None:
        subject.trace.note(f"{key}.slo", "none", DEFAULT)


def _freshness(says: Shared) -> FreshnessBlock | None:
    return says.slo.freshness if says.slo else None


def _quality(says: Shared) -> QualityBlock | None:
    return says.slo.quality if says.slo else None


def _on_fail(
    subject: Subject, block: OutputPortBlock, promised: Contract, place: Place
) -> tuple[tuple[str, OnFail], ...]:
    known = {c.name for c in promised.checks} | promised.implied_checks if block.on_fail else set()
    for name in block.on_fail:
        if name not in known:
            hint = did_you_mean(name, known, otherwise="the checks are those under `quality`")
            subject.problems.error(Code.UNDECLARED, place[name].at_key, f"there is no check `{name}`", hint)
    return tuple(sorted(block.on_fail.items()))


def _content(promised: Contract) -> str:
    counts = ((len(promised.columns), "column"), (len(promised.checks), "check"))
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)
