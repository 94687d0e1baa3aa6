"""mesh fetch: move a repository on to what its mesh runs now."""

import sys
from pathlib import Path

import click

from meshwright.actions.fetch import Fetched, fetch, fetch_locked, pinned
from meshwright.cli.console import print_json, progress
from meshwright.cli.verb import Edge, open_edge_at
from meshwright.gate.changes.change import port_of, product_of
from meshwright.gate.changes.describe import describe, sign
from meshwright.gate.effects.version import Part
from meshwright.model.errors import NotFound
from meshwright.workspace.workspace import find_root


@click.command("fetch")
@click.option("--store", metavar="URL", help="The first time: where the mesh keeps its releases.")
@click.option("--key", metavar="KEY", help="The first time: the root's public key.  [default: setting `root_key`]")
@click.option("--locked", is_flag=True, help="Bring just what mesh.lock names, as after a clone.")
@click.option(
    "--mesh", "folder", type=click.Path(path_type=Path, exists=True), help="The repository.  [default: nearest]"
)
@click.option("--env", "environment", help="The environment to follow.  [default: mesh.lock's]")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", help="How to print.")
def command(
    store: str | None, key: str | None, locked: bool, folder: Path | None, environment: str | None, output: str
) -> None:
    """Move on to what the mesh runs now: bring what others have released, and write mesh.lock."""
    if locked and (store or key):
        raise click.UsageError("`--locked` follows mesh.lock, which names the store and the key")
    edge = open_edge_at(_root(folder or Path.cwd(), first=store is not None), environment, output)
    fetched = _fetched(edge, store, key, locked=locked)
    if edge.json:
        print_json(_plain(fetched))
    else:
        print_fetched(fetched, locked=locked)


def print_fetched(fetched: Fetched, *, locked: bool = False) -> None:
    """Print what a repository is pinned to now, and what is new in what it reads."""
    lock = fetched.lock
    release = click.style(lock.release.short, bold=True)
    count = f"{fetched.products} product{'' if fetched.products == 1 else 's'}"
    size = (
        f"; {fetched.brought.files:,} files brought, {fetched.brought.size / 1e6:.1f} MB"
        if fetched.brought.files
        else ""
    )
    still = "" if locked or fetched.is_new else "still "
    click.echo(f"`{lock.environment}` {still}runs release {release} with {count}{size}")
    for subject, said, part in _told(fetched):
        click.echo(f"  {click.style(subject, bold=True)}  {said}{'' if part is Part.PATCH else f'  ({part.word})'}")


def bar(done: int, total: int) -> None:
    """Show on a terminal how far a transfer is."""
    if sys.stderr.isatty() and (done == total or done % 16 == 0):
        click.echo(f"\r• {done:,} of {total:,} files{chr(10) if done == total else ''}", nl=False, err=True)


def _root(start: Path, *, first: bool) -> Path:
    """Return the repository's folder; the first time there is none yet, and it is made here."""
    try:
        return find_root(start.resolve())
    except NotFound as error:
        if first:
            return start.resolve()
        hint = "the first time, say `mesh fetch --store URL --key KEY`"
        raise NotFound(error.message, hint=hint) from None


def _fetched(edge: Edge, store: str | None, key: str | None, *, locked: bool) -> Fetched:
    workspace = edge.workspace
    if locked:
        return fetch_locked(workspace, bar)
    if store is None and workspace.lock is None:
        raise NotFound("there is no mesh.lock here", hint="the first time, say `mesh fetch --store URL --key KEY`")
    if store is None:
        return fetch(workspace, bar)
    progress(f"reading the log of {store}")
    at_store, named = pinned(workspace, store, key)
    return fetch(at_store, bar, named)


def _told(fetched: Fetched) -> list[tuple[str, str, Part]]:
    return [
        (str(port_of(n.change) or product_of(n.change)), f"{sign(n.change)} {describe(n.change)}", n.part)
        for n in fetched.news
    ]


def _plain(fetched: Fetched) -> dict[str, object]:
    lock = fetched.lock
    return {
        "store": lock.store,
        "environment": lock.environment,
        "release": str(lock.release),
        "record": lock.record,
        "before": None if fetched.before is None else str(fetched.before.release),
        "new": fetched.is_new,
        "products": fetched.products,
        "brought": {"files": fetched.brought.files, "bytes": fetched.brought.size},
        "changes": [{"address": a, "description": d, "version": p.word} for a, d, p in _told(fetched)],
    }
