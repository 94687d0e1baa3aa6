"""mesh export: what this mesh, or Meshwright itself, says in the formats of others."""

from pathlib import Path

import click

from meshwright.actions.new import write_schemas
from meshwright.cli.console import print_json
from meshwright.manifest.jsonschema import schemas


@click.group("export")
def command() -> None:
    """Write what others read: contracts, data products, and for editors the shapes of the manifests."""


@command.command("jsonschema")
@click.argument("document", required=False, type=click.Choice(("mesh", "domain", "product")))
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Write all three into this folder.")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", help="How to print.")
def jsonschema(document: str | None, into: Path | None, output: str) -> None:
    """Write the JSON Schema of mesh.yaml, domain.yaml and product.yaml.

    An editor with a YAML language server completes and checks a manifest that begins with
    `# yaml-language-server: $schema=PATH`, as all do that `mesh new` writes. DOCUMENT alone is printed.
    """
    if (document is None) == (into is None):
        raise click.UsageError("say which DOCUMENT to print, or `--into` which folder to write all three")
    if document is not None:
        click.echo(schemas()[document], nl=False)
        return
    assert into is not None, "one of the two is there"  # noqa: S101
    written = [str(p) for p in write_schemas(into, anew=True)]
    if output == "json":
        print_json({"written": written})
    else:
        for path in written:
            click.echo(path)
