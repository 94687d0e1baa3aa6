"""Provider: what Airflow must know of `mesh://`. Assets of a scheme that nobody registered are left out of lineage."""

from typing import Any
from urllib.parse import SplitResult

from meshwright import __version__
from meshwright.model.naming import SCHEME, is_port_path, port_name


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
                "to_openlineage_converter": "meshwright.airflow.provider.dataset",
            }
        ],
    }


def check_uri(uri: SplitResult) -> SplitResult:
    """Return the URI of a port as it is. Raises `ValueError` when it is not `mesh://domain/product/port/v1`."""
    if not uri.netloc or not is_port_path(uri.path):
        raise ValueError(f"`{uri.geturl()}` is not the URI of a port: it should be {SCHEME}://domain/product/port/v1")
    return uri


def dataset(asset: Any, lineage_context: object) -> Any:  # noqa: ARG001  # Airflow's signature
    """Return what OpenLineage calls a port, for an event that knows no more than its asset; None for its partitions."""
    from airflow.providers.common.compat.openlineage.facet import Dataset

    name = port_name(asset.uri)
    return Dataset(namespace=SCHEME, name=name) if name else None
