"""mesh list --submissions: what waits to be released, for whom, and since when?"""

from datetime import timedelta
from typing import Any

import click

from meshwright.cli.console import print_json, print_table
from meshwright.cli.verb import Edge
from meshwright.cli.views.plan_document import need_plain, verdict_word
from meshwright.gate.judge import Allowed, NeedsApproval, Refused
from meshwright.model.time import instant_text
from meshwright.workspace.submissions import Submission, submissions


def show(edge: Edge, domain: str | None) -> int:
    """Print what waits; return that nothing is hidden by errors."""
    found = [s for s in submissions(edge.workspace, edge.now) if domain is None or _is_about(s, domain)]
    if edge.json:
        print_json([submission_plain(s) for s in found])
    elif found:
        rows = [(*_row(s), _ago(edge.now - s.waiting.since)) for s in found]
        print_table(("PLAN", "AUTHOR", "CHANGES", "STATE", "SINCE"), rows)
    else:
        click.echo("Nothing waits.")
    return 0


def submission_plain(one: Submission) -> dict[str, Any]:
    """Return a submission in its documented JSON shape."""
    asked, verdict = one.waiting.asked, one.judged.verdict
    return {
        "plan": str(asked.plan),
        "author": asked.author,
        "since": instant_text(one.waiting.since),
        "changes": list(asked.parts),
        "verdict": "outdated" if one.is_outdated else verdict_word(verdict),
        "missing": [need_plain(n) for n in verdict.missing] if isinstance(verdict, NeedsApproval) else [],
    }


def state_of(one: Submission) -> str:
    """Say in a line what becomes of a submission now."""
    match one.judged.verdict:
        case _ if one.is_outdated:
            return "outdated: others have changed the same since; its author submits it again"
        case NeedsApproval(missing=missing):
            return "waits for " + "; ".join(f"{n.role} ({' or '.join(n.people) or 'nobody'})" for n in missing)
        case Refused(findings=findings):
            return f"refused: {findings[0].message}"
        case Allowed():
            return "allowed: `mesh release` makes it a release"


def _row(one: Submission) -> tuple[str, str, str, str]:
    asked = one.waiting.asked
    more = f" and {len(asked.parts) - 2} more" if len(asked.parts) > 2 else ""
    return asked.plan.short, asked.author, f"{', '.join(asked.parts[:2])}{more}", state_of(one)


def _is_about(one: Submission, domain: str) -> bool:
    return any(part == f"domain {domain}" or part.startswith(f"{domain}.") for part in one.waiting.asked.parts)


def _ago(since: timedelta) -> str:
    minutes = int(since.total_seconds()) // 60
    for size, word in ((1440, "d"), (60, "h")):
        if minutes >= size:
            return f"{minutes // size} {word}"
    return f"{minutes} min"
