"""Import dbt: the public models of a dbt project become products that its warehouse serves."""

import json
from pathlib import Path

from meshwright.actions.importing import Imported, write_drafts
from meshwright.interop.dbt.products import Choice, Target, drafted
from meshwright.interop.dbt.project import read_project
from meshwright.interop.foreign import Foreign
from meshwright.model.errors import NotFound, Refused
from meshwright.model.mesh import Mesh

CATALOG = "catalog.json"
"""What `dbt docs generate` writes beside the manifest: the columns and types that the warehouse has."""


def import_dbt(
    root: Path, mesh: Mesh, manifest: Path, choice: Choice, target: Target, *, anew: bool = False
) -> Imported:
    """Write a product for each chosen model. Raises `NotFound` or `Refused` where that cannot be."""
    catalog = manifest.with_name(CATALOG)
    project = read_project(_json(manifest), _json(catalog) if catalog.is_file() else Foreign())
    return write_drafts(root, mesh, drafted(project, choice, target), anew=anew)


def _json(path: Path) -> Foreign:
    try:
        return Foreign(json.loads(path.read_bytes()))
    except OSError as error:
        raise NotFound(f"`{path}` cannot be read: {(error.strerror or '').lower()}") from None
    except (ValueError, RecursionError):
        raise Refused(f"`{path}` is not JSON", hint="name the `manifest.json` that dbt writes into `target/`") from None
