"""Grant: let those read a product whom its release names, and nobody else, in the words of the engine's warehouse.

It follows a publish, which stands whatever becomes of it: a refusal ends the task, and is remembered of the product.
"""

from datetime import datetime

from meshwright.engine.registry import grantor
from meshwright.model.errors import FinalError
from meshwright.model.naming import PUBLISH
from meshwright.model.observation import Failure
from meshwright.model.product import DataProduct
from meshwright.workspace.workspace import Workspace


def grant(workspace: Workspace, product: DataProduct, now: datetime) -> None:
    """Compile a product's access to that of the environment's engine, where people read its data by themselves.

    Raises `FinalError` when the warehouse refuses.
    """
    found = grantor(workspace.settings.engine)
    if found is None:
        return
    try:
        found.grant(workspace.settings.data, product, workspace.attendant)
    except FinalError as error:
        workspace.observations().record_failure(Failure(product.address, now, PUBLISH, error.message))
        raise
