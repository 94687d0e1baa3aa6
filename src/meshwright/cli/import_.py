"""mesh import: what others describe in their own formats becomes manifests of this mesh."""

import click


@click.group("import")
def command() -> None:
    """Take over what others describe: contracts, data products, dbt's models. Nothing is written over unasked."""
