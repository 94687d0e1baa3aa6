"""Lineage, told: trees of what an address comes from and goes to, and the lines of SQL that read a column."""

from collections.abc import Iterator

import click

from meshwright.cli.lineage_flows import Lineage, Reading
from meshwright.cli.tree import tree
from meshwright.model.address import ColumnAddress


def lines(lineage: Lineage) -> Iterator[str]:
    """Yield what people read."""
    yield click.style(str(lineage.start), bold=True)
    for flow in lineage.flows:
        yield from ("", flow.heading, *(list(tree(lineage.start, flow.steps)) or ["nothing in this mesh"]))
    if lineage.readings:
        yield from ("", "read at", *_reads(lineage))
    if lineage.impact:
        yield from ("", f"A change of it would reach {_counted(len(lineage.impact))}: {_listed(lineage)}.")


def _reads(lineage: Lineage) -> Iterator[str]:
    """Yield each line of SQL once for each column that it reads."""
    found: dict[tuple[ColumnAddress, str], Reading] = {}
    for reading in lineage.readings:
        found.setdefault((reading.column, f"{reading.reader.at.file}:{reading.reader.at.line}"), reading)
    texts = {key: reading.reader.at.text.strip() for key, reading in found.items()}
    widths = max(len(place) for _, place in found), max(map(len, texts.values()))
    for (column, place), reading in found.items():
        line = f"{place.ljust(widths[0])}  {texts[column, place].ljust(widths[1])}"
        yield f"{line}  {click.style(_note(reading, lineage), dim=True)}" if _note(reading, lineage) else line.rstrip()


def _note(reading: Reading, lineage: Lineage) -> str:
    """Return what a line reads, where it is not the column itself; and whether it takes values of it."""
    of_another = [f"reads `{reading.column}`"] if reading.column != lineage.start else []
    return ", ".join([*of_another, *(["only decides rows"] if reading.reader.column is None else [])])


def _listed(lineage: Lineage) -> str:
    return ", ".join(str(product) for product in lineage.impact)


def _counted(products: int) -> str:
    return "1 product" if products == 1 else f"{products} products"


def plain(lineage: Lineage) -> dict[str, object]:
    """Return what programs read."""
    found: dict[str, object] = {"address": str(lineage.start)}
    for flow in lineage.flows:
        found[flow.name] = [{"from": str(source), "to": str(target)} for source, target in flow.edges]
    if isinstance(lineage.start, ColumnAddress):
        found["readers"] = [_plain_reading(reading) for reading in lineage.readings]
        found["impact"] = [str(product) for product in lineage.impact]
    return found


def _plain_reading(reading: Reading) -> dict[str, object]:
    at = reading.reader.at
    return {
        "reads": str(reading.column),
        "table": str(reading.reader.table),
        "column": reading.reader.column,
        "file": at.file,
        "line": at.line,
        "text": at.text,
    }
