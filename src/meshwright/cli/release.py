"""mesh release: make releases of what was submitted and is allowed now; or revoke one."""

import click

from meshwright.actions.release import Handled, release
from meshwright.actions.revoke import revoke
from meshwright.cli.console import ExitCode, print_json
from meshwright.cli.verb import Edge, verb
from meshwright.cli.views.list_submissions import state_of, submission_plain
from meshwright.cli.views.plan_steps import tell_step


@click.command("release")
@click.argument("plan", required=False)
@click.option("--revoke", "revoked", metavar="DIGEST", help="Let this release run nowhere any more.")
@click.option("--reason", metavar="TEXT", help="Why it is revoked: everybody who is refused it reads that.")
@verb()
def command(edge: Edge, plan: str | None, revoked: str | None, reason: str | None) -> ExitCode:
    """Make releases of what was submitted and is allowed now: of all that waits, or of one PLAN.

    Only where the gate's key is kept. `mesh list --submissions` shows what waits, and for whom.
    """
    if revoked is not None:
        return _revoke(edge, revoked, reason)
    if reason is not None:
        raise click.UsageError("`--reason` is for `--revoke`")
    handled = release(edge.workspace, plan, edge.now, tell_step)
    if edge.json:
        print_json([_plain(one) for one in handled])
    else:
        click.echo("\n".join(_line(one) for one in handled) or "nothing waits to be released")
    return ExitCode.FINDINGS if plan and not handled[0].release else ExitCode.DONE


def _revoke(edge: Edge, digest: str, reason: str | None) -> ExitCode:
    if not reason:
        raise click.UsageError("say why, with `--reason`")
    release, running = revoke(edge.workspace, digest, reason, edge.now)
    if edge.json:
        print_json({"release": str(release), "reason": reason, "running": list(running)})
        return ExitCode.DONE
    click.echo(f"revoked: {click.style(release.short, bold=True)}, which starts nowhere any more")
    for environment in running:
        click.echo(f"`{environment}` still points to it: `mesh rollback {environment}` goes back to the one before")
    return ExitCode.DONE


def _line(one: Handled) -> str:
    asked = one.submission.waiting.asked
    what = f"plan {asked.plan.short} of {asked.author}"
    if one.release is None:
        return f"{what}: {state_of(one.submission)}"
    made = click.style(one.release.short, bold=True)
    return f"{what}: released as {made}; `mesh deploy` makes it run"


def _plain(one: Handled) -> dict[str, object]:
    made = None if one.release is None else str(one.release)
    return {"release": made, **submission_plain(one.submission)}
