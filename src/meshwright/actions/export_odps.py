"""Export ODPS: the document of a product, for catalogues and tools that speak the standard."""

from typing import Any

from meshwright.actions.compilation import compile_mesh
from meshwright.actions.deployed import deployed
from meshwright.actions.workspace import Workspace
from meshwright.interop.foreign import Foreign
from meshwright.interop.odps.merge import merged
from meshwright.interop.odps.write import VERSION, document
from meshwright.manifest.layout import ODPS_FILE
from meshwright.manifest.problems import Problems
from meshwright.manifest.standards.official import Standard, validator
from meshwright.manifest.standards.product_file import read_product
from meshwright.manifest.syntax import read_file
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import Diagnostic, errors
from meshwright.model.errors import NotFound, Refused
from meshwright.model.spelling import did_you_mean


def export_odps(workspace: Workspace, address: ProductAddress) -> dict[str, Any]:
    """Return a product as ODPS 1.1.0, valid by the official schema, over the document that it came from, if any.

    Raises `NotFound`, or `Refused` where the product has an error.
    """
    compiled = compile_mesh(workspace.root, workspace.cache)
    product = compiled.graph.product(address)
    if product is None:
        raise _missing(address, compiled.diagnostics, [str(p.address) for p in compiled.graph.mesh.products])
    says = read_file(workspace.root / product.file, product.file, Problems())
    inputs = Foreign(says.value if says else None)["inputPorts"].items
    sources = {port["name"].text: port["contract"].plain for port in inputs if port["contract"]}
    ours = document(compiled.graph, product, _status(workspace, address), sources)
    kept = (workspace.root / product.file).with_name(ODPS_FILE)
    original = read_product(kept, ODPS_FILE, Problems()) if kept.is_file() else None
    whole = ours if original is None else merged(Foreign(original), ours, compiled.graph.mesh)
    for error in validator(Standard.ODPS, VERSION).iter_errors(whole):
        at = "/".join(map(str, error.instance_path))
        raise Refused(f"`{address}` has no words in ODPS {VERSION}: {error.message}", hint=f"look at `{at}`")
    return whole


def _missing(address: ProductAddress, found: tuple[Diagnostic, ...], known: list[str]) -> NotFound | Refused:
    folder = f"domains/{address.domain}/{address.product}/"
    own = [d for d in errors(found) if d.at.file.startswith(folder)]
    if own:
        return Refused(f"`{address}` has an error at {own[0].at}: {own[0].message}", hint="run `mesh validate`")
    hint = did_you_mean(str(address), known, otherwise="`mesh list` shows all products")
    return NotFound(f"there is no product `{address}`", hint=hint)


def _status(workspace: Workspace, address: ProductAddress) -> str:
    """Return the standard's word for whether the environment runs the product."""
    try:
        runs = deployed(workspace).graph.product(address) is not None
    except NotFound:
        runs = False
    return "active" if runs else "draft"
