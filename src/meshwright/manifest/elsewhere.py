"""Elsewhere: what of a mesh is not in this repository, as far as it is known here."""

from dataclasses import replace

from meshwright.model.diagnostic import Diagnostic
from meshwright.model.mesh import Mesh
from meshwright.model.products import Products
from meshwright.model.value import value


@value
class Elsewhere:
    """The mesh as it was released; None where it has not been fetched, which `diagnostics` say.

    Of a domain whose folder is here, the folder speaks. Of all others the release does: in a domain's repository; in
    the mesh's, of those that are apart. What that one had and has no more is gone.
    """

    mesh: Mesh | None = None
    diagnostics: tuple[Diagnostic, ...] = ()

    def join(self, here: Mesh, *, apart: bool) -> Mesh:
        """Return the mesh of what is here, in a repository `apart` or the mesh's, and of other domains."""
        if self.mesh is None:
            return here
        names = {d.name for d in here.domains}
        others = {d.name: d for d in self.mesh.domains if d.name not in names and (apart or d.apart)}
        domains = (*here.domains, *others.values())
        known = Products.of(self.mesh.products)
        products = Products.of(here.products).beside(known.only(a for a in known.outlines if a.domain in others))
        return replace(here, domains=tuple(sorted(domains, key=lambda d: d.name)), products=products)
