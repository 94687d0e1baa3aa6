"""Person: in whose name does a command speak?"""

import getpass
from collections.abc import Callable
from typing import Any

import click

from meshwright.cli.verb import Edge
from meshwright.workspace.people import person_named


def as_person(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command `--as`."""
    return click.option(
        "--as", "person", metavar="USERNAME|@HANDLE", help=f"{what}  [default: setting `person`, else you]"
    )


def person_of(edge: Edge, named: str | None) -> str:
    """Return who speaks: whoever was named, else as the settings say, else the user of this machine."""
    return person_named(edge.workspace, named or edge.workspace.settings.person or getpass.getuser())
