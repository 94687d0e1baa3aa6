"""mesh query: one SQL question across the ports of all domains."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime
from datetime import time as time_of_day
from decimal import Decimal
from typing import Any

import click

from meshwright.actions.ask import ask
from meshwright.cli.console import ExitCode, print_diagnostics, print_json, print_table, safe
from meshwright.cli.verb import Edge, verb
from meshwright.compiler.compilation import compile_mesh
from meshwright.engine.protocol import Rows
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.time import instant_text


@click.command("query")
@click.argument("sql")
@verb("csv")
def command(edge: Edge, sql: str, output: str = "") -> None:
    """Ask one SQL question across the ports of all domains. A table is called `domain.product.port`.

    Where a port has several tables, each is `domain.product.port.table`.
    """
    from meshwright.sql.across import across

    mesh = compile_mesh(edge.workspace.root, edge.workspace.cache).graph.mesh
    tables = (address for product in mesh.products for address, _ in product.tables())
    question = across(sql, tables, edge.workspace.engine().capabilities.dialect)
    if question.diagnostics:
        print_diagnostics(map(_safe, question.diagnostics))
        click.get_current_context().exit(ExitCode.FINDINGS)
    answer = ask(edge.workspace, question.sql, question.tables, edge.now)
    if output == "csv":
        click.echo(_csv(answer), nl=False)
    elif edge.json:
        print_json([{name: _plain(v) for name, v in zip(answer.columns, row, strict=True)} for row in answer.rows])
    else:
        print_table(answer.columns, [[_text(value) for value in row] for row in answer.rows])


def _safe(found: Diagnostic) -> Diagnostic:
    """Return what is wrong with a question without the secrets that were typed into it."""
    return replace(found, message=safe(found.message), at=replace(found.at, text=safe(found.at.text)))


def _csv(answer: Rows) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([_text(value) for value in row] for row in answer.rows)
    return text.getvalue()


def _text(value: object) -> str:
    plain = _plain(value)
    return "" if plain is None else str(plain).lower() if isinstance(plain, bool) else str(plain)


def _plain(value: object) -> Any:
    """Return a value as JSON has it; exact numbers stay exact, as text only where a float would change them."""
    match value:
        case list():
            return [_plain(v) for v in value]
        case dict():
            return {str(k): _plain(v) for k, v in value.items()}
        case Decimal():
            return _number(value)
        case datetime() if value.tzinfo:
            return instant_text(value)
        case _:
            return value if value is None or isinstance(value, bool | int | float | str) else _iso(value)


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, date | time_of_day) else str(value)


def _number(value: Decimal) -> int | float | str:
    if value == value.to_integral_value():
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else f"{value.normalize():f}"
