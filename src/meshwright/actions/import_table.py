"""Import table: a table that some store serves becomes a product, by what the store says of it."""

from meshwright.actions.importing import Imported, write_drafts
from meshwright.engine.described import DescribedTable
from meshwright.engine.registry import describer
from meshwright.engine.sources.database.describe import describe
from meshwright.engine.sources.url import parts_of
from meshwright.interop.tables import drafted, product_of
from meshwright.model.address import ProductAddress
from meshwright.model.errors import NotFound
from meshwright.model.identity import Secret
from meshwright.model.mesh import Mesh
from meshwright.model.naming import connection_variable
from meshwright.model.product import VirtualSource
from meshwright.workspace.workspace import Workspace


def import_table(
    workspace: Workspace, mesh: Mesh, served: VirtualSource, home: ProductAddress | str, *, anew: bool = False
) -> Imported:
    """Write the product of a table; its `home` is its address, or a domain, where it is called as the table is.

    Raises `NotFound` or `Refused` where that cannot be, `SourceBroken` or `SourceNotReady` where it cannot be read.
    """
    url = workspace.connections(served.connection)
    if url is None:
        such = "the URL of a postgresql or sqlite database, or `bigquery://project/dataset`"
        hint = f"set `{connection_variable(served.connection)}` to {such}"
        raise NotFound(f"connection `{served.connection}` is not known here", hint=hint)
    table = _described(workspace, served, url)
    address = home if isinstance(home, ProductAddress) else product_of(home, table)
    return write_drafts(workspace.root, mesh, drafted(table, served, address), anew=anew)


def _described(workspace: Workspace, served: VirtualSource, url: Secret) -> DescribedTable:
    store = describer(parts_of(served.connection, url).scheme)
    if store is not None:
        return store.describe(served, url, workspace.settings.data)
    return describe(served.connection, url, served.table)
