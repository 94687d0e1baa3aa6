"""Grant: let those read a product whom its release names, and nobody else, in the words of the engine's warehouse."""

from meshwright.engine.registry import grantor
from meshwright.model.product import DataProduct
from meshwright.workspace.workspace import Workspace


def grant(workspace: Workspace, product: DataProduct) -> None:
    """Compile a product's access to that of the environment's engine, where people read its data by themselves."""
    found = grantor(workspace.settings.engine)
    if found is not None:
        found.grant(workspace.settings.data, product)
