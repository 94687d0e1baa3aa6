"""mesh list: which products does the mesh have, who answers for each, and when does it run?

Or its domains, its communities, its terms and who carries them; its orphans: what nobody uses, though it is there to
be used; or its submissions: what waits to be released.
"""

import click

from meshwright.cli.console import progress
from meshwright.cli.verb import Edge, verb
from meshwright.cli.views import (
    list_communities,
    list_domains,
    list_orphans,
    list_products,
    list_submissions,
    list_terms,
)

_SHOW = {
    "communities": list_communities.show,
    "domains": list_domains.show,
    "orphans": list_orphans.show,
    "products": list_products.show,
    "submissions": list_submissions.show,
    "terms": list_terms.show,
}


@click.command("list")
@click.option("--domain", help="Only what belongs to one domain.")
@click.option("--domains", "what", flag_value="domains", help="The domains, and which is a part of which.")
@click.option("--communities", "what", flag_value="communities", help="Who cares for something across domains.")
@click.option("--terms", "what", flag_value="terms", help="The glossary, and how many columns carry each term.")
@click.option("--orphans", "what", flag_value="orphans", help="What nobody uses: products, ports, columns, terms.")
@click.option("--submissions", "what", flag_value="submissions", help="What waits to be released, and for whom.")
@verb()
def command(edge: Edge, domain: str | None, what: str | None) -> None:
    """List the products of the mesh; or its domains, communities, terms, what nobody uses, what waits."""
    mistakes = _SHOW[what or "products"](edge, domain)
    if mistakes:
        count = "1 error" if mistakes == 1 else f"{mistakes} errors"
        progress(f"what has errors is left out, with {count}: `mesh validate` shows them")
