"""Export ODPS: the document of a product, for catalogues and tools that speak the standard."""

from pathlib import Path
from typing import Any

from meshwright.compiler.compilation import compile_mesh
from meshwright.graph.graph import MeshGraph
from meshwright.interop.contract_ids import contract_ids, kept_document
from meshwright.interop.foreign import Foreign
from meshwright.interop.odps.merge import merged
from meshwright.interop.odps.write import VERSION, OnFile, document
from meshwright.manifest.standards.official import Standard, validator
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_file
from meshwright.model.address import ProductAddress
from meshwright.model.errors import NotFound, Refused
from meshwright.model.product import DataProduct
from meshwright.workspace.deployed import deployed
from meshwright.workspace.workspace import Workspace


def export_odps(workspace: Workspace, address: ProductAddress) -> dict[str, Any]:
    """Return a product as ODPS 1.1.0, valid by the official schema, over the document that it came from, if any.

    Raises `NotFound`, or `Refused` where the product has an error.
    """
    compiled = compile_mesh(workspace.root, workspace.cache)
    graph = compiled.graph
    product = graph.product(address)
    if product is None:
        raise compiled.missing(address)
    ours = document(graph, product, _status(workspace, address), _on_file(workspace.root, graph, product))
    kept = kept_document(workspace.root, product)
    whole = merged(kept, ours, graph.mesh) if kept else ours
    for error in validator(Standard.ODPS, VERSION).iter_errors(whole):
        at = "/".join(map(str, error.instance_path))
        raise Refused(f"`{address}` has no words in ODPS {VERSION}: {error.message}", hint=f"look at `{at}`")
    return whole


def _on_file(root: Path, graph: MeshGraph, product: DataProduct) -> OnFile:
    """Return what the files of a product, and of those that it reads, say beyond their values."""
    says = read_file(root / product.file, product.file, Problems())
    near = filter(None, map(graph.product, (product.address, *graph.inputs(product.address))))
    ids = {port: id_ for p in near for port, id_ in contract_ids(root, p).items()}
    return OnFile(Foreign(says.value if says else None), ids)


def _status(workspace: Workspace, address: ProductAddress) -> str:
    """Return the standard's word for whether the environment runs the product."""
    try:
        runs = deployed(workspace).graph.product(address) is not None
    except NotFound:
        runs = False
    return "active" if runs else "draft"
