"""mesh validate: what is wrong with the manifests and their SQL? Every problem of every file, with its fix."""

from collections import Counter
from pathlib import Path

import click

from meshwright.cli.console import ExitCode, diagnostic_plain, print_diagnostics, print_json, progress
from meshwright.cli.verb import open_edge
from meshwright.cli.views.repository import folder_in_repository
from meshwright.compiler.compilation import diagnose
from meshwright.model.diagnostic import Diagnostic, Severity

Diagnostics = tuple[Diagnostic, ...]


@click.command("validate")
@click.argument("path", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--mesh", type=click.Path(path_type=Path, exists=True), help="Folder of the mesh.  [default: nearest]")
@click.option("--env", "environment", help="Environment.  [default: local]")
@click.option(
    "--format",
    "output",
    type=click.Choice(("text", "json", "github", "sarif")),
    default="text",
    help="How to print; `github` is for a step of a workflow, `sarif` for code scanning.",
)
def command(path: Path | None, mesh: Path | None, environment: str | None, output: str) -> ExitCode:
    """Find every mistake in the manifests and their SQL."""
    edge = open_edge(path or mesh, environment, output)
    found = diagnose(edge.workspace.root, edge.workspace.cache)
    match output:
        case "json":
            errors = sum(d.severity is Severity.ERROR for d in found)
            print_json({"errors": errors, "diagnostics": [diagnostic_plain(d) for d in found]})
        case "github":
            _print_commands(found, edge.workspace.root)
        case "sarif":
            _print_sarif(found, edge.workspace.root)
        case _:
            print_diagnostics(found)
            click.echo(_summary(found))
    return ExitCode.FINDINGS if any(d.severity is Severity.ERROR for d in found) else ExitCode.DONE


def _print_commands(found: Diagnostics, root: Path) -> None:
    """Print what GitHub shows beside the lines; and the text, for whoever reads the step's log."""
    from meshwright.cli.views.github import left_out, workflow_commands

    print_diagnostics(found)
    for line in workflow_commands(found, folder_in_repository(root)):
        click.echo(line)
    if dropped := left_out(found):
        progress(dropped)
    click.echo(_summary(found), err=True)


def _print_sarif(found: Diagnostics, root: Path) -> None:
    from meshwright.cli.views.sarif import sarif

    print_json(sarif(found, folder_in_repository(root)))
    click.echo(_summary(found), err=True)


def _summary(found: Diagnostics) -> str:
    count = Counter(d.severity for d in found)
    parts = [f"{count[s]} {s}{'s' if count[s] > 1 else ''}" for s in Severity if count[s]]
    return f"found {' and '.join(parts)}" if parts else "found nothing wrong"
