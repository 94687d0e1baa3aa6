"""mesh validate: what is wrong with the manifests and their SQL? Every problem of every file, with its fix."""

from collections import Counter
from pathlib import Path

import click

from meshwright.actions.compilation import diagnose
from meshwright.cli.console import ExitCode, diagnostic_plain, print_diagnostics, print_json
from meshwright.cli.verb import open_edge
from meshwright.model.diagnostic import Severity


@click.command("validate")
@click.argument("path", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--mesh", type=click.Path(path_type=Path, exists=True), help="Folder of the mesh.  [default: nearest]")
@click.option("--env", "environment", help="Environment.  [default: local]")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", help="How to print.")
def command(path: Path | None, mesh: Path | None, environment: str | None, output: str) -> ExitCode:
    """Find every mistake in the manifests and their SQL."""
    edge = open_edge(path or mesh, environment, output)
    found = diagnose(edge.workspace.root, edge.workspace.cache)
    count = Counter(d.severity for d in found)
    if edge.json:
        print_json({"errors": count[Severity.ERROR], "diagnostics": [diagnostic_plain(d) for d in found]})
    else:
        print_diagnostics(found)
        click.echo(_summary(count))
    return ExitCode.FINDINGS if count[Severity.ERROR] else ExitCode.DONE


def _summary(count: Counter[Severity]) -> str:
    parts = [f"{count[s]} {s}{'s' if count[s] > 1 else ''}" for s in Severity if count[s]]
    return f"found {' and '.join(parts)}" if parts else "found nothing wrong"
