"""mesh check: does what consumers read keep its contracts?"""

from typing import Any

import click

from meshwright.actions.check import Checked, check
from meshwright.cli.addressed import addressed
from meshwright.cli.console import ExitCode, plain, print_json, print_table
from meshwright.cli.verb import Edge, verb
from meshwright.cli.views.repository import folder_in_repository
from meshwright.compiler.compilation import compile_mesh, compile_sound
from meshwright.model.address import ColumnAddress, parse, product_at
from meshwright.model.diagnostic import Location, Severity
from meshwright.model.product import DataProduct
from meshwright.model.publish import CheckResult


@click.command("check")
@click.argument("address")
@verb("github")
def command(edge: Edge, address: str, output: str = "text") -> ExitCode:
    """Hold what consumers read of a product, or of one of its ports, against its contracts, where it is."""
    meant = addressed(compile_mesh(edge.workspace.root, edge.workspace.cache), parse(address))
    graph = compile_sound(edge.workspace.root, edge.workspace.cache)
    product = graph.product(product_at(meant))
    assert product is not None, "its address was found"  # noqa: S101
    wanted = meant.table if isinstance(meant, ColumnAddress) else meant
    tables = [t for t, _ in product.tables() if wanted in (t, t.port, product.address)]
    checked = check(edge.workspace, graph, product.address, tables, edge.now)
    if edge.json:
        print_json(_plain(checked))
    else:
        _print(checked)
    if output == "github":
        _print_commands(edge, checked)
    return ExitCode.DONE if checked.passed else ExitCode.FINDINGS


def _print(checked: Checked) -> None:
    print_table(("TABLE", "CHECK", "", "FOUND"), [_line(result) for result in checked.results])
    passed = sum(result.passed for result in checked.results)
    made_up = click.style("; synthetic: the data was made up", fg="yellow") if checked.synthetic else ""
    click.echo(f"{passed} of {len(checked.results)} checks passed{made_up}")


def _line(result: CheckResult) -> tuple[str, ...]:
    colour, word = ("green", "passed") if result.passed else ("red", "failed") if result.blocks else ("yellow", "warns")
    return str(result.table), result.check, click.style(word, fg=colour), result.text


def _print_commands(edge: Edge, checked: Checked) -> None:
    """Print what GitHub shows beside the lines in which the failed checks are written."""
    from meshwright.cli.views.github import workflow_command

    folder = folder_in_repository(edge.workspace.root)
    for result in checked.results:
        if not result.passed:
            severity = Severity.ERROR if result.blocks else Severity.WARNING
            title = f"{result.table}: {result.check}"
            click.echo(workflow_command(severity, _place(checked.product, result), title, result.text, folder=folder))


def _place(product: DataProduct, result: CheckResult) -> Location:
    """Return where a check is written; one that a column or a key implies, where its table is."""
    table = product.table(result.table)
    checks = table.contract.checks if table is not None else ()
    written = next((check.at for check in checks if check.name == result.check), None)
    return written or (table.at if table is not None else None) or Location(product.file)


def _plain(checked: Checked) -> dict[str, Any]:
    return {
        "product": str(checked.product.address),
        "passed": checked.passed,
        "synthetic": checked.synthetic,
        "checks": [plain(result) for result in checked.results],
    }
