"""Tables: what an output port promises of each of its tables, how it is made and how it is published."""

from collections.abc import Iterator
from dataclasses import replace

from meshwright.manifest.codes import Code
from meshwright.manifest.product.columns import described
from meshwright.manifest.product.consequences import consequences, quarantine
from meshwright.manifest.product.contract import contracts
from meshwright.manifest.product.part import Part, check_names
from meshwright.manifest.product.promise import Promise
from meshwright.manifest.product.publishing import mode
from meshwright.manifest.product.retention import retention
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.product.transform import dialect, transform
from meshwright.manifest.shapes.documents import OutputPortBlock
from meshwright.manifest.text.place import Place
from meshwright.model.contract import Contract
from meshwright.model.product import OnFail, OutputTable, PublishMode, VirtualSource


def tables(subject: Subject, block: OutputPortBlock, place: Place, said: Promise) -> tuple[OutputTable, ...]:
    """Return the tables of an output port, in the order of its contract."""
    parts = tuple(_parts(subject, block, place, said))
    _check_keys(subject, block, parts)
    if block.virtual is not None:
        _only_watched(subject, block, place)
    on_fail = consequences(subject, parts)
    return tuple(_table(subject, part, on_fail[part.contract.table]) for part in parts)


def content(promised: Contract) -> str:
    """Say how much a contract promises."""
    counts = ((len(promised.columns), "column"), (len(promised.checks), "check"))
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)


def _parts(subject: Subject, block: OutputPortBlock, place: Place, said: Promise) -> Iterator[Part]:
    key = f"outputPorts.{block.name}@{block.version.split('.', 1)[0]}"
    promised = described(subject, block, place, contracts(said.block, said.place, subject.problems), key)
    for number, contract in enumerate(promised):
        own = said.place["schema"][number]
        partitions = tuple(p.name for p in said.block.tables[number].properties if p.partitioned)
        part = Part(block, place, contract, own, "", place["name"].at, partitions)
        if len(promised) > 1:
            part = replace(part, named=contract.table, at=own["name"].at)
        subject.trace.note(f"{part.key}.contract", content(contract), own if part.named else said.place)
        if contract.description:
            words = own["description"] if said.block.tables[number].description else said.place["description"]
            subject.trace.note(f"{part.key}.contract.description", contract.description, words)
        yield part


def _check_keys(subject: Subject, block: OutputPortBlock, parts: tuple[Part, ...]) -> None:
    said = (
        ("transform", "sql", block.transform.sql if block.transform else None),
        ("publish", "mode", block.publish.mode if block.publish else None),
        ("virtual", "table", block.virtual.table if block.virtual else None),
        ("retention", "by", block.retention.by if block.retention else None),
    )
    for name, key, content in said:
        check_names(name, key, content, parts, subject.problems)


def _table(subject: Subject, part: Part, on_fail: dict[str, OnFail]) -> OutputTable:
    served = _served(subject, part)
    how = PublishMode.REPLACE if part.block.virtual else mode(subject, part)
    return OutputTable(
        contract=_asking(part.contract, dialect(subject, part)[0]),
        mode=how,
        transform=None if part.block.virtual else transform(subject, part),
        virtual=served,
        partitions=part.partitions if how is PublishMode.PARTITION else (),
        on_fail=tuple(sorted(on_fail.items())),
        quarantine=quarantine(subject, part, how, on_fail),
        retention=retention(subject, part, how),
        at=part.at,
    )


def _asking(contract: Contract, spoken: str) -> Contract:
    """Return a contract whose checks ask in a dialect."""
    checks = (replace(check, dialect=spoken) if check.query else check for check in contract.checks)
    return replace(contract, checks=tuple(checks))


def _only_watched(subject: Subject, block: OutputPortBlock, place: Place) -> None:
    for name, present in (("transform", block.transform), ("publish", block.publish)):
        if present is not None:
            hint = "remove it: the product's own store serves the table, and nothing is built or copied"
            message = f"a virtual port has no `{name}`"
            subject.problems.error(Code.CONFLICT, place[name].at_key, message, hint)
    for column, says in block.columns.items():
        if says.mask is not None:
            hint = "have its store serve it masked, or copy the table: read it as an input, and publish it here"
            message = f"what another store serves cannot be masked, and `{column}` has a mask"
            subject.problems.error(Code.CONFLICT, place["columns"][column]["mask"].at_key, message, hint)


def _served(subject: Subject, part: Part) -> VirtualSource | None:
    virtual = part.block.virtual
    if virtual is None:
        return None
    table = part.of("virtual", "table", virtual.table, subject.problems)
    if table is None:
        message = f"nothing says where the table `{part.contract.table}` is served"
        hint = f"add `{part.contract.table}: …`"
        subject.problems.error(Code.MISSING_KEY, part.place["virtual"]["table"].at_key, message, hint)
        return None
    subject.trace.note(f"{part.key}.virtual", f"{table} of {virtual.connection}", part.place["virtual"])
    return VirtualSource(virtual.connection, table)
