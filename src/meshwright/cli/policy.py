"""mesh policy: which policies are there, how are they decided, why, and what would they find?"""

from collections.abc import Sized

import click

from meshwright.cli.console import ExitCode, print_diagnostics, print_json
from meshwright.cli.console import diagnostic_plain as plain
from meshwright.cli.verb import Edge, verb
from meshwright.model.address import product_address
from meshwright.model.diagnostic import errors


@click.group("policy")
def command() -> None:
    """List the policies, explain one, and try them."""


@command.command("list")
@click.argument("domain", required=False)
@verb()
def list_(edge: Edge, domain: str | None) -> None:
    """List how each policy is decided in a DOMAIN, or by the mesh, and what is waived."""
    from meshwright.cli.views import list_policies

    list_policies.show(edge, domain)


@command.command("explain")
@click.argument("name")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", help="How to print.")
def explain(name: str, output: str) -> None:
    """Say what a policy asks, why, and what can be decided of it; NAME may be the code of what it finds."""
    from meshwright.cli.views import show_policy

    policy = show_policy.policy_of(name)
    if output == "json":
        print_json(show_policy.policy_plain(policy))
    else:
        click.echo(show_policy.policy_text(policy))


@command.command("test")
@click.argument("address", required=False)
@click.option("--name", "names", multiple=True, metavar="POLICY", help="Only this policy; may be repeated.")
@click.option(
    "--set", "supposed", multiple=True, metavar="POLICY=SEVERITY", help="As if so decided; POLICY.PARAMETER=VALUE too."
)
@verb()
def test(edge: Edge, address: str | None, names: tuple[str, ...], supposed: tuple[str, ...]) -> ExitCode:
    """Find what the policies say of all that is committed, or of the product at ADDRESS, as if all of it were new."""
    from meshwright.actions.policies import try_policies

    product = None if address is None else product_address(address)
    found = try_policies(edge.workspace, edge.now, product=product, names=names, supposed=supposed)
    stopping = errors(found)
    if edge.json:
        print_json({"errors": len(stopping), "findings": [plain(d) for d in found]})
    else:
        print_diagnostics(found)
        click.echo(f"{_count(found, 'finding')}, {_count(stopping, 'error')}")
    return ExitCode.FINDINGS if stopping else ExitCode.DONE


def _count(counted: Sized, word: str) -> str:
    number = len(counted)
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
