"""Plan for a step of a GitHub workflow: annotations beside the lines, the summary of the job, the text in its log.

A log is read for commands, whoever wrote a line of it: while the plan is printed, GitHub is told to read none.
"""

import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from meshwright.cli.console import progress
from meshwright.cli.views.github import left_out, workflow_commands
from meshwright.cli.views.plan_markdown import plan_markdown
from meshwright.cli.views.plan_text import plan_text
from meshwright.gate.changes.change import subject_of
from meshwright.gate.changes.describe import describe
from meshwright.gate.plan import Plan
from meshwright.model.diagnostic import Diagnostic, Severity
from meshwright.model.naming import domain_home
from meshwright.workspace.judged import Judged

_BREAKS = "breaks"
"""The title of an annotation beside a line that a change breaks."""


def print_for_github(judged: Judged, against: str, folder: str, more: Sequence[tuple[str, list[str]]]) -> None:
    """Print a plan for a step, with `more` that is told. `folder` is that of the mesh in the repository."""
    token = secrets.token_hex(16)
    click.echo(f"::stop-commands::{token}\n{plan_text(judged, against, more)}\n::{token}::")
    told = (*judged.proposal.plan.findings, *broken_lines(judged.proposal.plan, judged.proposal.untouched))
    for line in workflow_commands(told, folder):
        click.echo(line)
    if dropped := left_out(told):
        progress(dropped)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(f"{plan_markdown(judged, against, more)}\n")


def broken_lines(plan: Plan, elsewhere: tuple[str, ...] = ()) -> Iterator[Diagnostic]:
    """Yield a warning for each line that a change breaks; those of domains `elsewhere` are in other repositories."""
    folders = tuple(f"{domain_home(domain)}/" for domain in elsewhere)
    for effect in plan.effects:
        for consumer in effect.consumers:
            if not consumer.at.file.startswith(folders):
                message = f"breaks by a change of `{subject_of(effect.change)}`: {describe(effect.change)}"
                yield Diagnostic(consumer.at, _BREAKS, Severity.WARNING, message, "")
