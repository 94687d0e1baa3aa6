"""Build: the products of a mesh as a graph.

By their outlines alone: no product is read for it. An input whose product is not in the mesh (it has errors of its own,
or lies elsewhere) links nothing; the manifest's step speaks of it.
"""

from collections.abc import Mapping
from functools import cache, partial

from meshwright.graph.graph import MeshGraph
from meshwright.graph.links import links
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.analysis import Analysis
from meshwright.model.mesh import Mesh
from meshwright.model.products import Products


def build(
    mesh: Mesh, analyses: Mapping[TableAddress, Analysis], digests: Mapping[ProductAddress, str] | None = None
) -> MeshGraph:
    """Link a mesh. `analyses` are those of its tables; a table without one has no columns in the graph.

    `digests`, in hexadecimal, name what products are made of, as far as that is known: those of the same digest are the
    same.
    """
    products = Products.of(mesh.products)
    return MeshGraph(mesh, analyses, digests or {}, products, cache(partial(links, products.outlines)))
