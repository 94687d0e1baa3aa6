"""Verb: what every command shares: the mesh it works on, the environment, the format, the clock."""

import functools
import os
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import click

from meshwright.cli.console import ExitCode
from meshwright.cli.ticker import listen
from meshwright.model.value import value
from meshwright.workspace.logs import configure
from meshwright.workspace.workspace import Workspace, find_root, open_workspace


class Format(StrEnum):
    """How a command prints its outcome."""

    TEXT = "text"
    JSON = "json"


@value
class Edge:
    """Where a command stands: the workspace, the moment, and the format that was asked for."""

    workspace: Workspace
    now: datetime
    format: Format

    @property
    def json(self) -> bool:
        """Tell whether a program reads the outcome."""
        return self.format is Format.JSON


Command = Callable[..., ExitCode | None]
"""What a verb does; None is done."""


def verb(*formats: str) -> Callable[[Command], Command]:
    """Give a command `--mesh`, `--env` and `--format`; its function takes an `Edge` first.

    `formats` are those beyond text and json that the verb can print.
    """
    choices = ("text", "json", *formats)

    def decorate(function: Command) -> Command:
        @click.option("--mesh", "mesh", type=click.Path(path_type=Path), help="Folder of the mesh.  [default: nearest]")
        @click.option("--env", "environment", help="Environment.  [default: local]")
        @click.option("--format", "output", type=click.Choice(choices), default="text", help="How to print.")
        @functools.wraps(function)
        def run(mesh: Path | None, environment: str | None, output: str, **words: Any) -> ExitCode | None:
            edge = open_edge(mesh, _one(environment, words.pop("where", None)), output)
            beyond = {} if output in ("text", "json") else {"output": output}
            return function(edge, **words, **beyond)

        return run

    return decorate


def in_environment(function: Command) -> Command:
    """Let a command's environment be its argument, too."""
    return click.argument("where", metavar="[ENV]", required=False)(function)


def in_environment_or_of_product(function: Command) -> Command:
    """Let a command's argument be its environment, or the address of a product: that has a dot, and no environment."""

    @click.argument("word", metavar="[ENV|ADDRESS]", required=False)
    @functools.wraps(function)
    def told_apart(word: str | None, **words: Any) -> ExitCode | None:
        is_address = word is not None and "." in word
        return function(where=None if is_address else word, address=word if is_address else None, **words)

    return told_apart


def _one(named: str | None, where: str | None) -> str | None:
    if named and where and named != where:
        raise click.UsageError(f"`{where}` and `--env {named}` are two environments: name one")
    return where or named


def open_edge(mesh: Path | None, environment: str | None, output: str = "text") -> Edge:
    """Find the mesh, resolve its settings, read the clock."""
    return open_edge_at(find_root((mesh or Path.cwd()).resolve()), environment, output)


def open_edge_at(root: Path, environment: str | None, output: str = "text") -> Edge:
    """Resolve the settings of the folder of a mesh, read the clock."""
    flags = {"environment": environment} if environment else {}
    workspace = open_workspace(root, os.environ, flags)
    configure(workspace.settings.log_format)
    listen()
    now = workspace.settings.clock(datetime.now(UTC))  # noqa: TID251  # this is the edge
    return Edge(workspace, now, Format(output if output in tuple(Format) else "text"))
