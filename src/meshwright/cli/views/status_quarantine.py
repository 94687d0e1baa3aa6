"""mesh status --quarantine: which rows of a product were set aside instead of published, and why?"""

import json

import click

from meshwright.cli.console import print_json, print_table
from meshwright.cli.verb import Edge
from meshwright.model.address import product_address

MOST = 100
"""Rows that are shown at once, the last ones: who wants to see more has to mend these first."""


def show_quarantine(edge: Edge, address: str | None) -> None:
    """Print the rows that were set aside last, each with its checks."""
    if address is None:
        raise click.UsageError("`--quarantine` needs the ADDRESS of a product")
    found = edge.workspace.engine().quarantine(product_address(address), MOST)
    if edge.json:
        print_json(
            [
                {
                    "publishId": str(row.publish_id),
                    "table": None if row.table is None else str(row.table),
                    "input": row.input or None,
                    "checks": list(row.checks),
                    "row": json.loads(row.content),
                }
                for row in found
            ]
        )
    elif not found:
        click.echo(f"No row of `{address}` was ever set aside.")
    else:
        rows = [(str(row.publish_id), row.origin, ", ".join(row.checks), row.content) for row in found]
        print_table(("PUBLISH", "OF", "CHECKS", "ROW"), rows)
