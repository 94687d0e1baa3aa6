"""Show product: a product resolved, as a person and as a program read it."""

from collections.abc import Iterable, Iterator
from itertools import chain

import click

from meshwright.cli.console import plain, print_table, short
from meshwright.engine.judgement import checks_of, consequence, expectation
from meshwright.manifest.product.origin import RELEASE, Resolved
from meshwright.model.address import TableAddress
from meshwright.model.contract import Check, Column
from meshwright.model.diagnostic import Location
from meshwright.model.mask import mask_text
from meshwright.model.product import DataProduct, OutputTable

WAY = "its way of publishing"


def print_product(product: DataProduct, origins: Iterable[Resolved]) -> None:
    """Print every value of a product with its origin, then the columns and checks of each table."""
    print_origins(origins)
    for address, table in product.tables():
        click.echo(f"\n{address}")
        heads = ("COLUMN", "TYPE", "PROMISE", "TERM", "MEANING", "FROM")
        print_table(heads, [_column_row(product, c) for c in table.columns])
        checks = checks_of(table)
        if checks:
            click.echo()
            print_table(("CHECK", "OF", "MUST", "ELSE", "FROM"), [_check_row(product, table, c) for c in checks])


def product_plain(product: DataProduct, origins: Iterable[Resolved]) -> dict[str, object]:
    """Return a product in its documented JSON shape."""
    written = chain(origins, *(_written(address, table) for address, table in product.tables()))
    return {"address": str(product.address), "product": plain(product), "origins": origins_plain(written)}


def print_origins(origins: Iterable[Resolved]) -> None:
    """Print values with their origins."""
    print_table(("KEY", "VALUE", "FROM"), [(r.key, short(r.value), r.origin) for r in origins])


def origins_plain(origins: Iterable[Resolved]) -> list[dict[str, str]]:
    """Return values with their origins in their documented JSON shape."""
    return [{"key": r.key, "value": r.value, "origin": r.origin} for r in origins]


def _written(address: TableAddress, table: OutputTable) -> Iterator[Resolved]:
    """Yield where the columns of a table were written."""
    of = f"{address.port.name}@{address.port.major}{f'.{address.name}' if address.name else ''}"
    for column in table.contract.columns:
        if column.at is not None:
            key = f"outputPorts.{of}.columns.{column.name}"
            yield Resolved(key, column.type, f"{column.at.file}:{column.at.line}")


def _column_row(product: DataProduct, column: Column) -> tuple[str, ...]:
    marks = (("key", column.primary_key), ("required", column.required), ("unique", column.unique))
    words = [word for word, holds in marks if holds] + ([column.classification] if column.classification else [])
    words += [mask_text(column.mask)] if column.mask else []
    return (
        column.name,
        column.type,
        ", ".join(words),
        column.term or "",
        short(column.description),
        _place(product, column.at),
    )


def _check_row(product: DataProduct, table: OutputTable, check: Check) -> tuple[str, ...]:
    measured = " ".join((check.metric, ", ".join(check.columns))).strip()
    return check.name, measured, expectation(check), consequence(table, check), _check_origin(product, table, check)


def _check_origin(product: DataProduct, table: OutputTable, check: Check) -> str:
    column = table.contract.column(check.columns[0]) if check.columns else None
    at = check.at or (column.at if column else None)
    return _place(product, at)


def _place(product: DataProduct, at: Location | None) -> str:
    """Say where something was written; what no file here says was released, or follows from how it is published."""
    if at is not None:
        return f"{at.file}:{at.line}"
    return WAY if product.file else RELEASE
