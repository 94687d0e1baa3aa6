"""Load: what have the teams of this mesh committed, and what is wrong with it?

All problems of all files, in one pass and one order. A product with an error is left out of the mesh; what reads it is
not blamed for that.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from meshwright.manifest import layout
from meshwright.manifest.codes import Code
from meshwright.manifest.elsewhere import Elsewhere
from meshwright.manifest.gather import Gathered, gather
from meshwright.manifest.product.origin import Resolved, released_domain, released_product
from meshwright.manifest.remembered import Kept
from meshwright.manifest.text.problems import Problems
from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.mesh import Mesh
from meshwright.model.product import InputPort
from meshwright.model.products import Products
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value


@value
class Loaded:
    """A mesh as its files say it: the products without errors, every problem, and the origin of every value.

    `domain_origins` are those of what each domain says for its products, its own or from above. `here` are the domains
    whose folders are here; what the mesh holds of others was released elsewhere. Where readings are kept, `digests`
    name what each product was found to be, and only of the one that was to be traced the origins are told.
    """

    mesh: Mesh
    diagnostics: tuple[Diagnostic, ...]
    origins: Mapping[ProductAddress, tuple[Resolved, ...]]
    domain_origins: Mapping[str, tuple[Resolved, ...]]
    digests: Mapping[ProductAddress, bytes]
    here: frozenset[str]


def load(
    root: Path,
    kept: Kept | None = None,
    elsewhere: Elsewhere | None = None,
    *,
    traced: ProductAddress | None = None,
) -> Loaded:
    """Read the mesh at `root`, but for what is kept of it; of some of its domains, only what is known `elsewhere`.

    The `traced` product is read anew: the origins of its values are not kept. Never raises for what a file holds.
    """
    problems = Problems()
    gathered = gather(root, problems, elsewhere, kept, traced=traced)
    mesh = (
        gathered.mesh if elsewhere is None else elsewhere.join(gathered.mesh, apart=layout.is_domain_repository(root))
    )
    dangling = _dangling(mesh, gathered, problems, known_only=elsewhere is not None and elsewhere.mesh is None)
    everyone = Products.of(mesh.products)
    products = everyone.only(everyone.outlines.keys() - dangling) if dangling else everyone
    here = frozenset(d.name for d in gathered.mesh.domains)
    return Loaded(
        mesh=replace(mesh, products=products),
        diagnostics=tuple(sorted({*problems.found, *(elsewhere.diagnostics if elsewhere else ())})),
        origins={
            address: gathered.origins.get(address) or released_product(products.at(address))
            for address in (products.outlines if kept is None else (traced,))
            if address is not None and address in products.outlines
        },
        domain_origins={d.name: released_domain(d) for d in mesh.domains if d.name not in here}
        | dict(gathered.domain_origins),
        digests=gathered.digests,
        here=here,
    )


def _dangling(mesh: Mesh, gathered: Gathered, problems: Problems, *, known_only: bool) -> set[ProductAddress]:
    """Report the inputs that lead nowhere; return the products that have one.

    With `known_only`, domains that are not here may have anything.
    """
    everyone = Products.of(mesh.products)
    here = {d.name for d in gathered.mesh.domains}
    offered = {port for outline in everyone.outlines.values() for port, _ in outline.offers}
    astray: dict[ProductAddress, set[PortAddress]] = {}
    for address, outline in gathered.products.outlines.items():
        for port in () if offered.issuperset(outline.reads) else outline.reads:
            is_known_of = port.product.domain in here or not known_only
            if port not in offered and port.product not in gathered.unsound and is_known_of:
                astray.setdefault(address, set()).add(port)
    for address, ports in astray.items():
        for reader in gathered.products.at(address).inputs:
            if reader.port in ports:
                _report(reader, reader.port, everyone, problems)
    return set(astray)


def _report(reader: InputPort, port: PortAddress, known: Products, problems: Problems) -> None:
    target = known.get(port.product)
    if target is None:
        message = f"there is no product `{port.product}`"
        hint = did_you_mean(str(port.product), map(str, known.outlines), otherwise="`mesh list` shows all products")
    elif all(output.name != port.name for output in target.outputs):
        message = f"`{port.product}` offers no port `{port.name}`"
        hint = did_you_mean(str(port), [str(target.port_address(output)) for output in target.outputs])
    else:
        message = f"`{port.product}:{port.name}` has no major version {port.major}"
        majors = [str(target.port_address(o)) for o in target.outputs if o.name == port.name]
        hint = f"it offers {', '.join(f'`{m}`' for m in sorted(majors))}"
    if reader.at is not None:
        problems.error(Code.DANGLING, reader.at, message, hint)
