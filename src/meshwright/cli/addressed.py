"""Addressed: which product, port or column of the mesh did they mean?"""

from meshwright.actions.compilation import Compiled
from meshwright.model.address import ColumnAddress, PortAddress, ProductAddress, Reference
from meshwright.model.errors import NotFound
from meshwright.model.product import DataProduct
from meshwright.model.spelling import did_you_mean

Address = ProductAddress | PortAddress | ColumnAddress


def addressed(compiled: Compiled, wanted: Reference) -> Address:
    """Return the address that was meant. Raises `NotFound`."""
    product = compiled.graph.product(wanted.product)
    if product is None:
        raise _no_product(compiled, wanted.product)
    return product.address if wanted.port is None else _of_port(product, wanted, wanted.port)


def _of_port(product: DataProduct, wanted: Reference, name: str) -> PortAddress | ColumnAddress:
    port = product.output(name, wanted.major)
    if port is None:
        said = name if wanted.major is None else f"{name}@{wanted.major}"
        known = [f"{p.name}@{p.major}" for p in product.outputs]
        raise NotFound(f"`{product.address}` has no port `{said}`", hint=did_you_mean(said, known))
    address = product.port_address(port)
    if wanted.column is None:
        return address
    known = [c.name for c in port.columns]
    if wanted.column not in known:
        raise NotFound(f"`{address}` has no column `{wanted.column}`", hint=did_you_mean(wanted.column, known))
    return address.column(wanted.column)


def _no_product(compiled: Compiled, wanted: ProductAddress) -> NotFound:
    folder = f"domains/{wanted.domain}/{wanted.product}/"
    if any(d.at.file.startswith(folder) for d in compiled.diagnostics):
        hint = "it has errors: `mesh validate` shows them"
    else:
        hint = did_you_mean(str(wanted), map(str, compiled.graph.order), otherwise="`mesh list` shows all products")
    return NotFound(f"there is no product `{wanted}` to follow", hint=hint)
