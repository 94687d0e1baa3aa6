"""mesh export: what this mesh, or Meshwright itself, says in the formats of others."""

from collections.abc import Iterator
from pathlib import Path

import click

from meshwright.actions.export_odcs import Exported, export_odcs, write_contracts
from meshwright.actions.export_odps import export_odps
from meshwright.actions.export_workflow import HOSTS, workflow, write_workflow
from meshwright.actions.new import editor_schemas, write_schemas
from meshwright.cli.addressed import addressed
from meshwright.cli.console import ExitCode, fail, print_json, progress
from meshwright.cli.verb import Edge, verb
from meshwright.compiler.compilation import compile_mesh, read_mesh
from meshwright.interop.odcs.versions import DEFAULT, WRITTEN
from meshwright.interop.workflows.codeowners import codeowners
from meshwright.manifest.text.writing import yaml_text
from meshwright.model.address import PortAddress, ProductAddress, parse, product_address


@click.group("export")
def command() -> None:
    """Write what others read: contracts, data products, workflows, and for editors the shapes of the manifests."""


@command.command("odps")
@click.argument("address")
@verb()
def odps(edge: Edge, address: str) -> None:
    """Print the product at ADDRESS as the Open Data Product Standard describes it, version 1.1.0.

    What came from a document of the standard is that document, brought up to what the manifest says now.
    """
    document = export_odps(edge.workspace, product_address(address))
    if edge.json:
        print_json(document)
    else:
        click.echo(yaml_text(document), nl=False)


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
        click.echo(editor_schemas()[document], nl=False)
        return
    assert into is not None, "one of the two is there"  # noqa: S101
    written = [str(p) for p in write_schemas(into, anew=True)]
    if output == "json":
        print_json({"written": written})
    else:
        for path in written:
            click.echo(path)


@command.command("odcs")
@click.argument("address", required=False)
@click.option("--version", "version", type=click.Choice(WRITTEN), default=DEFAULT, show_default=True, help="Of ODCS.")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Write each contract into this folder.")
@verb()
def odcs(edge: Edge, address: str | None, version: str, into: Path | None) -> None:
    """Write contracts of ports as documents of ODCS, valid by its official schema.

    ADDRESS is a product or one of its ports; without it, all ports of the mesh. Of a contract in a file of its own
    every word is kept. What only a later version can say is written in that version.
    """
    found = tuple(_contracts(edge, address, version))
    for contract in found:
        if contract.because:
            progress(f"`{contract.port}` is written as {contract.version}: {contract.because}")
    if into is not None:
        written = [str(path) for path in write_contracts(found, into)]
        print_json({"written": written}) if edge.json else click.echo("\n".join(written))
    elif len(found) != 1:
        raise click.UsageError(f"there are {len(found)} contracts: say `--into` which folder to write them")
    else:
        click.echo(found[0].text, nl=False)


@command.command("workflow")
@click.argument("host", type=click.Choice(tuple(HOSTS)))
@click.option("--write", is_flag=True, help="Write it where the host looks for it, instead of printing it.")
@verb()
def workflow_(edge: Edge, host: str, *, write: bool) -> ExitCode:
    """Print the workflow of a repository: plan on a pull request, submit and deploy on merge."""
    if not write:
        click.echo(workflow(host), nl=False)
        return ExitCode.DONE
    written = write_workflow(host, edge.workspace.root)
    if written is None:
        fail(f"there is a {HOSTS[host]} already", "print the workflow, and take over what you want of it")
        return ExitCode.FINDINGS
    print_json({"written": [str(written)]}) if edge.json else click.echo(str(written))
    return ExitCode.DONE


@command.command("codeowners")
@verb()
def codeowners_(edge: Edge) -> None:
    """Print who is asked to look at which folder, for GitHub and GitLab: a file `CODEOWNERS`."""
    loaded = read_mesh(edge.workspace.root, edge.workspace.cache)
    text = codeowners(loaded.mesh, loaded.here)
    print_json({"codeowners": text}) if edge.json else click.echo(text, nl=False)


def _contracts(edge: Edge, address: str | None, version: str) -> Iterator[Exported]:
    root = edge.workspace.root
    compiled = compile_mesh(root, edge.workspace.cache)
    wanted = None if address is None else addressed(compiled, parse(address))
    match wanted:
        case None:
            products = compiled.graph.mesh.products
        case ProductAddress():
            products = tuple(p for p in compiled.graph.mesh.products if p.address == wanted)
        case PortAddress():
            products = tuple(p for p in compiled.graph.mesh.products if p.address == wanted.product)
        case _:
            raise click.UsageError(f"`{address}` is a column: a contract is a port's")
    for product in products:
        for contract in export_odcs(root, product, version):
            if not isinstance(wanted, PortAddress) or contract.port == wanted:
                yield contract
