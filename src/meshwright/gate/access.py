"""Access: which domains may read a port? Its own and those that it names, with the domains that are a part of them."""

from meshwright.model.address import PortAddress
from meshwright.model.mesh import Mesh
from meshwright.model.product import OutputPort


def may_read(mesh: Mesh, domain: str, address: PortAddress, port: OutputPort) -> bool:
    """Tell whether the products of a domain may read a port."""
    if port.readers is None:
        return True
    allowed, seen = {address.product.domain, *port.readers}, set[str]()
    here: str | None = domain
    while here is not None and here not in seen:
        if here in allowed:
            return True
        seen.add(here)
        known = mesh.domain(here)
        here = known.parent if known else None
    return False
