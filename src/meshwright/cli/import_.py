"""mesh import: what others describe in their own formats becomes manifests of this mesh."""

from pathlib import Path
from typing import Any

import click

from meshwright.actions.import_dbt import import_dbt
from meshwright.actions.import_odcs import import_odcs
from meshwright.actions.import_odps import import_odps
from meshwright.actions.import_table import import_table
from meshwright.actions.importing import Imported
from meshwright.cli.console import ExitCode, diagnostic_plain, print_diagnostics, print_json, progress
from meshwright.cli.verb import Edge, verb
from meshwright.compiler.compilation import diagnose, read_mesh
from meshwright.interop.dbt.products import Choice, Target
from meshwright.model.address import product_address
from meshwright.model.diagnostic import errors
from meshwright.model.product import VirtualSource

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_PRODUCT = click.option(
    "--product", metavar="DOMAIN.PRODUCT", help="The product that it becomes.  [default: as FILE says]"
)
_FORCE = click.option("--force", is_flag=True, help="Write over the files that are there.")


@click.group("import")
def command() -> None:
    """Take over what others describe: contracts, products, dbt's models, tables. Nothing is written over unasked."""


@command.command("dbt")
@click.argument("manifest", type=_FILE)
@click.option("--domain", required=True, help="The domain that the products belong to.")
@click.option("--select", "names", multiple=True, metavar="MODEL", help="This model, whoever may see it; repeatable.")
@click.option("--all", is_flag=True, help="All models, not only the public ones.")
@click.option("--connection", default="", help="What the warehouse is called.  [default: of adapter and database]")
@_FORCE
@verb()
def dbt(edge: Edge, manifest: Path, domain: str, connection: str, force: bool, **wanted: Any) -> ExitCode:
    """Take over the public models of a dbt project, by its target/manifest.json.

    Each becomes a product that dbt's warehouse serves: checked and monitored in place, copied nowhere. Its columns,
    tests, versions, owner and tags become the contract, the majors and the team. Types that no file declares are
    taken from the catalog.json beside it, which `dbt docs generate` writes.
    """
    mesh = read_mesh(edge.workspace.root, edge.workspace.cache).mesh
    target = Target(domain, mesh.people, connection)
    done = import_dbt(edge.workspace.root, mesh, manifest, Choice(**wanted), target, anew=force)
    return _told(edge, done)


@command.command("odcs")
@click.argument("file", type=_FILE)
@_PRODUCT
@_FORCE
@verb()
def odcs(edge: Edge, file: Path, product: str | None, force: bool) -> ExitCode:
    """Take over a contract of the Open Data Contract Standard, 3.0.0 to 3.2.0.

    It becomes a product whose tables some store serves already: checked and monitored in place, copied nowhere. FILE is
    kept beside the manifest, word for word, and is the contract from then on.
    """
    root = edge.workspace.root
    address = None if product is None else product_address(product)
    return _told(edge, import_odcs(root, read_mesh(root, edge.workspace.cache).mesh, file, address, anew=force))


@command.command("odps")
@click.argument("file", type=_FILE)
@_PRODUCT
@_FORCE
@verb()
def odps(edge: Edge, file: Path, product: str | None, force: bool) -> ExitCode:
    """Take over a product of the Open Data Product Standard, 1.0 or 1.1.

    Its contracts are taken from the `*.odcs.yaml` beside it, its inputs from the ports of this mesh that have the
    contracts it names. What the document leaves open, such as how a port is made, is left out of the manifest, so that
    `mesh validate` asks for it. FILE is kept beside the manifest, for what no manifest says.
    """
    root = edge.workspace.root
    address = None if product is None else product_address(product)
    return _told(edge, import_odps(root, read_mesh(root, edge.workspace.cache).mesh, file, address, anew=force))


@command.command("table")
@click.argument("connection")
@click.argument("table")
@click.option("--domain", help="The domain that it belongs to; the product is called as the table is.")
@click.option("--product", metavar="DOMAIN.PRODUCT", help="The product that it becomes, in place of --domain.")
@_FORCE
@verb()
def table(edge: Edge, connection: str, table: str, domain: str | None, product: str | None, force: bool) -> ExitCode:
    """Take over a TABLE or view that a CONNECTION leads to, of PostgreSQL, SQLite or BigQuery, by what that says of it.

    It becomes a product that its store serves: checked and monitored in place, copied nowhere. Columns, keys, what is
    unique or never null, enumerations and comments become the contract. TABLE is `orders`, or `sales.orders` with its
    schema or dataset; the URL is that of MESH_CONN_<CONNECTION>.
    """
    if (domain is None) == (product is None):
        raise click.UsageError("say `--domain DOMAIN` or `--product DOMAIN.PRODUCT`")
    mesh = read_mesh(edge.workspace.root, edge.workspace.cache).mesh
    home = product_address(product) if product else domain or ""
    return _told(edge, import_table(edge.workspace, mesh, VirtualSource(connection, table), home, anew=force))


def _told(edge: Edge, done: Imported) -> ExitCode:
    """Say what was written, what is left to do, and what `mesh validate` finds in it."""
    all_found = diagnose(edge.workspace.root, edge.workspace.cache) if done.files else done.found
    own = [d for d in all_found if d.at.file in done.files or not done.files]
    if edge.json:
        found = [diagnostic_plain(d) for d in own]
        print_json({"written": list(done.files), "left": list(done.left), "diagnostics": found})
    else:
        for file in done.files:
            click.echo(f"{click.style('wrote', fg='green')} {file}")
        for what in done.left:
            progress(what)
        print_diagnostics(own)
    return ExitCode.FINDINGS if errors(own) else ExitCode.DONE
