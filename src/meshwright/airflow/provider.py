"""Provider: what Airflow and OpenLineage must know of `mesh://`.

Without a registered scheme the inlets and outlets of tasks vanish from lineage, silently.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from meshwright import __version__
from meshwright.model.naming import SCHEME

if TYPE_CHECKING:
    from airflow.providers.common.compat.openlineage.facet import Dataset
    from airflow.sdk import Asset


def get_provider_info() -> dict[str, Any]:
    """Describe Meshwright as a provider of Airflow (the entry point `apache_airflow_provider`)."""
    return {
        "package-name": "meshwright",
        "name": "Meshwright",
        "description": "The orchestration layer of a data mesh.",
        "versions": [__version__],
        "asset-uris": [
            {
                "schemes": [SCHEME],
                "handler": "meshwright.airflow.provider.check_uri",
                "to_openlineage_converter": "meshwright.airflow.provider.to_openlineage",
            }
        ],
    }


def check_uri(uri: SplitResult) -> SplitResult:
    """Return the URI of a port as it is. Raises `ValueError` when it is not `mesh://domain/product/port/v1`."""
    if not uri.netloc or len(uri.path.strip("/").split("/")) != 3:
        raise ValueError(f"`{uri.geturl()}` is not the URI of a port: it should be {SCHEME}://domain/product/port/v1")
    return uri


def to_openlineage(asset: "Asset", lineage_context: object) -> "Dataset":  # noqa: ARG001  # the signature is OpenLineage's
    """Return the dataset that a port is in OpenLineage."""
    from airflow.providers.common.compat.openlineage.facet import Dataset

    uri = urlsplit(asset.uri)
    return Dataset(namespace=SCHEME, name=f"{uri.netloc}.{uri.path.strip('/').replace('/', '.')}")
