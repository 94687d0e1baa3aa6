"""People: who answers for a product, and where can they be asked?"""

from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.incident import Contact


def contact(graph: MeshGraph, address: ProductAddress) -> Contact:
    """Return the product owner, or else the first of the team; a product that is gone has nobody."""
    product = graph.product(address)
    if product is None:
        return Contact(address)
    username = product.owner or next((member.username for member in product.team), None)
    person = graph.mesh.person(username)
    if person is None:
        return Contact(address, username, support=product.support)
    return Contact(address, username, person.name, person.email, product.support)
