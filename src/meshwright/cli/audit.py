"""mesh audit: who did what when; and is all of it as it was?"""

import click

from meshwright.actions.audit import Wanted, trail, verify
from meshwright.cli.console import ExitCode, fail, plain, print_json, print_table, progress
from meshwright.cli.verb import Edge, verb
from meshwright.model.time import instant_text
from meshwright.release.entry import (
    Approved,
    Body,
    Delegated,
    Entry,
    Pointed,
    Rejected,
    Released,
    Revoked,
    Submitted,
)


@click.command("audit")
@click.argument("what", required=False, metavar="[verify]", type=click.Choice(("verify",)))
@click.option("--product", metavar="ADDRESS", help="Only what changed this product.")
@click.option("--person", metavar="USERNAME", help="Only what this person submitted, approved, rejected or released.")
@click.option("--release", metavar="DIGEST", help="Only what happened to this release.")
@click.option("--of", "environment", metavar="ENV", help="Only what moved this environment.")
@verb()
def command(edge: Edge, what: str | None, **wanted: str | None) -> ExitCode:
    """Show who did what when, from the log of signed records.

    `mesh audit verify` reads all of it again: each signature, every byte of every release, and whether those who had to
    agree to a release had agreed.
    """
    if what is not None:
        return _verify(edge)
    entries = trail(edge.workspace, Wanted(**wanted))
    if edge.json:
        print_json([plain(entry) for entry in entries])
    else:
        print_table(("RECORD", "WHEN", "WHO", "WHAT"), [_row(entry) for entry in entries])
    return ExitCode.DONE


def _verify(edge: Edge) -> ExitCode:
    progress("reading the log, and every byte of every release")
    found = verify(edge.workspace)
    if edge.json:
        print_json(plain(found))
    else:
        for number, problem in found.problems:
            fail(f"record {number}: {problem}")
        said = f"{found.records} records, {found.releases} releases, {found.files:,} files"
        click.echo(f"{said}: {'all of it is as it was' if not found.problems else f'{len(found.problems)} wrong'}")
    return ExitCode.FINDINGS if found.problems else ExitCode.DONE


def _row(entry: Entry) -> tuple[str, str, str, str]:
    return str(entry.sequence), instant_text(entry.at), entry.signer, _said(entry.body)


def _said(body: Body) -> str:
    match body:
        case Delegated(gate_key=key):
            return f"lets the key {key[:12]}… sign for the gate"
        case Submitted(plan=plan, author=author, parts=parts):
            return f"{author} submits plan {plan.short}: {_listed(parts)}"
        case Approved(plan=plan, person=person, roles=roles):
            return f"{person} approves plan {plan.short} as {', '.join(roles)}"
        case Rejected(plan=plan, person=person, reason=reason):
            return f"{person} rejects plan {plan.short}: {reason}"
        case Released(release=release, author=author, approved_by=people, parts=parts):
            agreed = f", approved by {', '.join(people)}" if people else ""
            return f"release {release.short} of {author}{agreed}: {_listed(parts)}"
        case Pointed(environment=environment, release=release):
            return f"`{environment}` runs release {release.short}"
        case Revoked(release=release, reason=reason):
            return f"release {release.short} is revoked: {reason}"


def _listed(parts: tuple[str, ...]) -> str:
    return ", ".join(parts[:3]) + (f" and {len(parts) - 3} more" if len(parts) > 3 else "")
