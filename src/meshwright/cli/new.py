"""mesh new: begin a mesh, a repository, a domain or a product; what is written runs as it is."""

import getpass
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from meshwright.actions import new as action
from meshwright.actions.answers import Reader
from meshwright.actions.fetch import fetch, pinned
from meshwright.actions.new import Created, Order
from meshwright.actions.new_key import new_key
from meshwright.cli.console import ExitCode, print_diagnostics, print_json, progress
from meshwright.cli.fetch import bar
from meshwright.cli.verb import Edge, open_edge, open_edge_at, verb
from meshwright.compiler.compilation import diagnose, read_mesh
from meshwright.manifest.template import Question, read_answers
from meshwright.model.address import product_address
from meshwright.model.diagnostic import errors
from meshwright.model.errors import MeshError, Refused
from meshwright.model.naming import LOCK_FILE

_WORDS = click.argument("words", nargs=-1, metavar="[QUESTION=ANSWER]...")
_NOTHING = Created((), ())
_ANSWERS = click.option(
    "--answers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Take answers from a YAML file, and defaults for the rest.",
)


def _answered(function: Callable[..., Any]) -> Callable[..., Any]:
    return _WORDS(_ANSWERS(function))


@click.group("new")
def command() -> None:
    """Begin a mesh, a repository, a domain or a product: what is written runs as it is.

    What is not answered as QUESTION=ANSWER is asked on a terminal; elsewhere, and with `--answers`, defaults are taken.
    """


@command.command("mesh")
@click.argument("name")
@_answered
@click.option("--example", help="Copy an example instead: `artgo` or `flights`.")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", help="How to print.")
def mesh(name: str, words: tuple[str, ...], answers: Path | None, example: str | None, output: str) -> ExitCode:
    """Begin a mesh in a new folder NAME."""
    here = Path.cwd()
    if example is None:
        return _make(action.mesh_order(here, name, getpass.getuser()), words, answers, as_json=output == "json")
    if words or answers:
        raise click.UsageError("an example asks nothing")
    _print(action.copy_example(example, here, name), as_json=output == "json")
    return ExitCode.DONE


@command.command("key")
@click.argument("person")
@verb()
def key(edge: Edge, person: str) -> None:
    """Make the key that PERSON approves with, and print its public half for mesh.yaml."""
    made = new_key(edge.workspace, person)
    if edge.json:
        print_json({"person": person, "publicKey": made.public, "folder": str(edge.workspace.settings.keys)})
        return
    progress(f"the private key is in {edge.workspace.settings.keys}: it stays there")
    click.echo(f"publicKey: {made.public}")


@command.command("repository")
@click.argument("name")
@_answered
@click.option("--store", metavar="URL", required=True, help="Where the mesh keeps its releases.")
@click.option("--key", metavar="KEY", help="The root's public key.  [default: setting `root_key`]")
@click.option("--env", "environment", help="The environment to follow.  [default: the store's only one]")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", help="How to print.")
def repository(
    name: str, words: tuple[str, ...], answers: Path | None, store: str, *, output: str, **pins: str | None
) -> ExitCode:
    """Begin a repository of its own, in a new folder NAME, for the domain NAME of a mesh that runs."""
    order = action.repository_order(Path.cwd(), name)
    workspace, named = pinned(open_edge_at(order.root, pins["environment"]).workspace, store, pins["key"])
    fetch(workspace, bar, named)
    first = Created((LOCK_FILE,), ()) + action.new(order, {}, _default)
    domain_order = action.domain_order(order.root, read_mesh(order.root, workspace.cache).mesh, name)
    return _make(domain_order, words, answers, as_json=output == "json", first=first)


@command.command("domain")
@click.argument("name")
@_answered
@verb()
def domain(edge: Edge, name: str, words: tuple[str, ...], answers: Path | None) -> ExitCode:
    """Begin a domain of the mesh."""
    root = edge.workspace.root
    order = action.domain_order(root, read_mesh(root, edge.workspace.cache).mesh, name)
    return _make(order, words, answers, as_json=edge.json)


@command.command("product")
@click.argument("address")
@_answered
@click.option("--template", type=click.Choice(action.BLOCKS), help="What it is made of.  [default: files]")
@verb()
def product(edge: Edge, address: str, words: tuple[str, ...], answers: Path | None, template: str | None) -> ExitCode:
    """Begin a product, ADDRESS as `domain.product`.

    It is made of `files` or of a `database`, by `sql`, `python` or `dbt` from another product's port, or it is
    `virtual`: its own store serves it already.
    """
    root = edge.workspace.root
    asked = template or ("files" if answers or not _somebody_is_there() else _ask_block())
    order = action.product_order(root, read_mesh(root, edge.workspace.cache).mesh, product_address(address), asked)
    return _make(order, words, answers, as_json=edge.json)


def _ask_block() -> str:
    chosen: str = click.prompt("What is it made of?", type=click.Choice(action.BLOCKS), default="files", err=True)
    return chosen


def _make(
    order: Order, words: tuple[str, ...], file: Path | None, *, as_json: bool, first: Created = _NOTHING
) -> ExitCode:
    """Write what was ordered, and say what is wrong with it: not every answer is one that a manifest takes."""
    said: Mapping[str, str] = {}
    if file is not None:
        said, found = read_answers(file, order.template)
        print_diagnostics(found)
        if errors(found):
            return ExitCode.FINDINGS
    ask = _default if file or not _somebody_is_there() else _asked
    written = action.new(order, {**said, **_pairs(words)}, ask)
    _print(first + written, as_json=as_json)
    workspace = open_edge(order.root, None).workspace
    own = [d for d in diagnose(workspace.root, workspace.cache) if d.at.file in written.files]
    print_diagnostics(own)
    return ExitCode.FINDINGS if errors(own) else ExitCode.DONE


def _pairs(words: tuple[str, ...]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    odd = next((name for name, equals, _ in pairs if not equals), None)
    if odd is not None:
        raise click.UsageError(f"`{odd}` is no answer: write QUESTION=ANSWER")
    return {name: answer for name, _, answer in pairs}


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


def _asked(question: Question, default: str | None, read: Reader) -> Any:
    """Ask a person, again until the answer can be read."""

    def value(text: str) -> Any:
        try:
            return read(text)
        except MeshError as error:
            raise click.UsageError(f"{error.message}{f'; {error.hint}' if error.hint else ''}") from None

    choices = f" ({', '.join(question.choices)})" if question.choices else ""
    return click.prompt(question.asks + choices, default=default, value_proc=value, err=True)


def _default(question: Question, default: str | None, read: Reader) -> Any:
    if default is None:
        raise Refused(
            f"nobody answers `{question.name}`: {question.asks}",
            hint=f"say `{question.name}=…`, or answer it in a file that `--answers` names",
        )
    return read(default)


def _print(written: Created, *, as_json: bool) -> None:
    if as_json:
        print_json({"written": list(written.files), "next": list(written.next)})
        return
    for file in written.files:
        click.echo(f"{click.style('wrote', fg='green')} {file}")
    progress("go on with:")
    for line in written.next:
        click.echo(f"    {line}", err=True)
