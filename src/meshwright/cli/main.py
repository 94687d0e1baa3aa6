"""mesh: the command line. Verbs are loaded when they are called: `mesh --help` imports none of them."""

import errno
import gc
import importlib
import io
import keyword
import os
import sys
from contextlib import suppress
from typing import NoReturn

import click
from click.globals import push_context

from meshwright import __version__
from meshwright.cli.console import ExitCode, fail, safe
from meshwright.model.errors import MeshError
from meshwright.model.spelling import closest

VERBS = {
    "Build": {
        "new": "Begin a mesh, a repository, a domain, a product or a key.",
        "validate": "Find every mistake in the manifests and their SQL.",
        "run": "Build a product here: stage, check, publish.",
        "check": "Hold what consumers read against its contracts, where it is.",
        "import": "Take over what others describe: ODCS, ODPS, dbt's models.",
        "export": "Write what others read: ODCS, ODPS, JSON Schema, workflows.",
        "fetch": "Bring what other repositories of the mesh have released.",
    },
    "Understand": {
        "list": "List products, domains, terms, what nobody uses, what waits.",
        "show": "Show a product, a domain or `settings`, each value with its origin.",
        "status": "Show what each product delivers, and whether it keeps its promises.",
        "lineage": "Follow data up and down, to the column; trace personal data.",
        "query": "Ask one SQL question across the ports of all domains.",
        "explain": "Say what a diagnostic's code means, with an example and its fix.",
    },
    "Change": {
        "plan": "Show what would change, and for whom.",
        "submit": "Propose what the files say: released now, or when approved.",
        "approve": "Say yes to a plan.",
        "reject": "Say no to a plan.",
        "release": "Release what was submitted and is allowed now; revoke one.",
        "deploy": "Make a release the one that runs.",
        "rollback": "Make an earlier release run again; or bring a product's data back.",
        "audit": "Show who did what when; verify that all of it is as it was.",
    },
    "Operate": {
        "up": "Run a mesh on this machine: its sources, Airflow, the monitor.",
        "monitor": "Hold deliveries against promises; tell who must know.",
        "policy": "List the policies, explain one, try what they would find.",
    },
}


_MAY = "see to it that you may read and write there, or work on a copy"
_ROOM = "make room there, and do it again"
_MACHINE = {
    errno.EACCES: _MAY,
    errno.EPERM: _MAY,
    errno.EROFS: _MAY,
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EIO: "look after the disk",
    errno.EMFILE: "let a process have more files open: `ulimit -n`",
    errno.ENOTDIR: "move the file away: a folder belongs there",
    errno.EISDIR: "move the folder away: a file belongs there",
    errno.ENAMETOOLONG: "work in a folder with a shorter path",
}
"""What the machine of whoever runs a command may deny it, and what would help."""


class Verbs(click.Group):
    """The verbs by section, each imported on its first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the verbs in the order of their sections."""
        return [name for section in VERBS.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb's module; its command is called `command`."""
        verbs = self.list_commands(ctx)
        if cmd_name not in verbs:
            meant = closest(cmd_name, verbs)
            if meant is not None and not cmd_name.startswith("-"):
                ctx.fail(f"there is no verb `{cmd_name}`: did you mean `mesh {meant}`?")
            return None
        module = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        command: click.Command = importlib.import_module(f"meshwright.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the sections without importing a verb."""
        for section, verbs in VERBS.items():
            with formatter.section(section):
                formatter.write_dl(list(verbs.items()))


@click.command(cls=Verbs, no_args_is_help=True)
@click.version_option(__version__, prog_name="mesh")
def mesh() -> None:
    """Meshwright orchestrates a data mesh: from manifests to releases, runs and kept promises."""


def main() -> NoReturn:
    """Run a verb; every way it can end has one exit status and no traceback."""
    gc.set_threshold(100_000, 20, 20)  # most of what a command makes stays: to look for garbage is mostly in vain
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what a terminal has no letter for must not end a command
            stream.reconfigure(errors="replace")
    colour = False if os.environ.get("NO_COLOR") else None
    push_context(click.Context(mesh, color=colour))  # for what is said after a verb has ended
    try:
        code = mesh.main(standalone_mode=False, color=colour)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(ExitCode.USAGE)
    except click.ClickException as error:
        _misused(error)
        sys.exit(ExitCode.USAGE)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(128 + 2)
    except MeshError as error:
        fail(error.message, error.hint)
        sys.exit(ExitCode.FINDINGS)
    except Exception as error:  # noqa: BLE001  # the last line of defence: a report, never a bare traceback
        sys.exit(_failed(error))
    _leave(code if isinstance(code, int) else ExitCode.DONE)


def _misused(error: click.ClickException) -> None:
    """Print how a command is used, and what was typed instead."""
    told = io.StringIO()
    error.show(told)
    click.echo(safe(told.getvalue()), nl=False, err=True)


def _failed(error: Exception) -> ExitCode:
    """Say whose fault it is: the machine's, which its owner can mend, or ours."""
    if isinstance(error, OSError) and error.errno in _MACHINE:
        _drop_output()
        what = f"{error.filename}: " if error.filename else ""
        fail(f"{what}{(error.strerror or str(error)).lower()}", _MACHINE[error.errno])
        return ExitCode.FINDINGS
    fail(f"this is our fault: {error}", f"please send us {_report()}")
    return ExitCode.OUR_FAULT


def _drop_output() -> None:
    """Forget what could not be printed: Python would try again at the end, and make an exit status of its own of it."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _leave(code: int) -> NoReturn:
    """End at once: to take a whole mesh apart, object by object, takes longer than many a verb.

    But DuckDB complains of what it finds left, and what cannot be printed is told as Python tells it.
    """
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
        if "duckdb" not in sys.modules:
            os._exit(code)
    sys.exit(code)


def _report() -> str:
    """Write down what happened, for whoever will mend it; return the file, or all of it where none can be written."""
    import tempfile
    import traceback

    text = safe(f"meshwright {__version__}, Python {sys.version}\n{sys.argv}\n\n{traceback.format_exc()}")
    try:
        with tempfile.NamedTemporaryFile("w", prefix="mesh-report-", suffix=".txt", delete=False) as file:
            file.write(text)
    except OSError:
        return f"this:\n\n{text}"
    return file.name
