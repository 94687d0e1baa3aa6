"""mesh list --communities: who cares for something across domains?"""

import click

from meshwright.cli.console import print_json, print_table, short
from meshwright.cli.verb import Edge
from meshwright.compiler.compilation import read_mesh
from meshwright.model.diagnostic import errors
from meshwright.model.mesh import Community


def show(edge: Edge, domain: str | None) -> int:
    """Print the communities; return how many errors hide something. Refuse to choose among them by domain."""
    if domain is not None:
        raise click.UsageError("a community belongs to no domain: leave `--domain` out")
    loaded = read_mesh(edge.workspace.root, edge.workspace.cache)
    communities = loaded.mesh.communities
    if edge.json:
        print_json([_plain(c) for c in communities])
    elif communities:
        print_table(("COMMUNITY", "LEAD", "MEMBERS", "MEANING"), [_row(c) for c in communities])
    else:
        click.echo("There are no communities.")
    return len(errors(loaded.diagnostics))


def _row(community: Community) -> tuple[str, ...]:
    return community.name, community.lead or "nobody", ", ".join(community.members), short(community.description)


def _plain(community: Community) -> dict[str, object]:
    return {
        "community": community.name,
        "description": community.description,
        "lead": community.lead,
        "members": list(community.members),
    }
