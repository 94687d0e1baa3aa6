"""Lineage, told: trees of what an address comes from and goes to, and the lines of SQL that read a column."""

from collections.abc import Iterator

import click

from meshwright.cli.views.tree import tree
from meshwright.graph.lineage import Direction, Lineage, Use
from meshwright.model.address import ColumnAddress
from meshwright.model.time import instant_text

_HEADING = {Direction.UP: "comes from", Direction.DOWN: "goes to"}
_SHOWN = 8
"""Of those whom a change would reach, so many are named: `--format json` has them all."""


def lines(lineage: Lineage) -> Iterator[str]:
    """Yield what people read."""
    yield click.style(str(lineage.start), bold=True)
    for way in lineage.ways:
        yield from ("", _HEADING[way.direction], *(list(tree(lineage.start, way.steps)) or ["nothing in this mesh"]))
    if lineage.going:
        yield from ("", "deprecated", *(f"{port} {deprecation}" for port, deprecation in lineage.going))
    if lineage.uses:
        yield from ("", "read at", *_reads(lineage))
    if lineage.impact:
        yield from ("", f"A change of it would reach {_counted(len(lineage.impact))}: {_listed(lineage)}.")


def _reads(lineage: Lineage) -> Iterator[str]:
    """Yield each line of SQL once for each column that it reads."""
    found: dict[tuple[ColumnAddress, str], Use] = {}
    for use in lineage.uses:
        found.setdefault((use.column, f"{use.reader.at.file}:{use.reader.at.line}"), use)
    texts = {key: use.reader.at.text.strip() for key, use in found.items()}
    widths = max(len(place) for _, place in found), max(map(len, texts.values()))
    for (column, place), use in found.items():
        line = f"{place.ljust(widths[0])}  {texts[column, place].ljust(widths[1])}"
        yield f"{line}  {click.style(_note(use, lineage), dim=True)}" if _note(use, lineage) else line.rstrip()


def _note(use: Use, lineage: Lineage) -> str:
    """Return what a line reads, where it is not the column itself; and whether it takes values of it."""
    of_another = [f"reads `{use.column}`"] if use.column != lineage.start else []
    return ", ".join([*of_another, *(["only decides rows"] if use.reader.column is None else [])])


def _listed(lineage: Lineage) -> str:
    names = [str(product) for product in lineage.impact]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _counted(products: int) -> str:
    return "1 product" if products == 1 else f"{products} products"


def plain(lineage: Lineage) -> dict[str, object]:
    """Return what programs read."""
    found: dict[str, object] = {"address": str(lineage.start)}
    for way in lineage.ways:
        found[way.direction.value] = [{"from": str(source), "to": str(target)} for source, target in way.edges]
    found["deprecated"] = [
        {"port": str(port), "until": instant_text(said.until), "use": None if said.use is None else str(said.use)}
        for port, said in lineage.going
    ]
    if isinstance(lineage.start, ColumnAddress):
        found["readers"] = [_plain_use(use) for use in lineage.uses]
        found["impact"] = [str(product) for product in lineage.impact]
    return found


def _plain_use(use: Use) -> dict[str, object]:
    at = use.reader.at
    return {
        "reads": str(use.column),
        "table": str(use.reader.table),
        "column": use.reader.column,
        "file": at.file,
        "line": at.line,
        "text": at.text,
    }
