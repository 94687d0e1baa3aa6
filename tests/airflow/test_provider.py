"""What Airflow knows of `mesh://`."""

from urllib.parse import urlsplit

import pytest
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from meshwright.airflow.provider import check_uri
from meshwright.model.address import ProductAddress
from meshwright.model.naming import asset_uri, partitions_uri

PORT = ProductAddress("marketplace", "artwork-sales").port("sales", 2)


def test_the_uri_of_a_port_stays_as_it_is() -> None:
    assert check_uri(urlsplit(asset_uri(PORT))).geturl() == "mesh://marketplace/artwork-sales/sales/v2"


@pytest.mark.parametrize(
    "uri", ["mesh:///sales/v1", "mesh://marketplace", "mesh://marketplace/sales/v1", "mesh://a/b/c/v1/d"]
)
def test_any_other_uri_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="is not the URI of a port"):
        check_uri(urlsplit(uri))


def test_so_does_that_of_its_partitions() -> None:
    assert check_uri(urlsplit(partitions_uri(PORT))).geturl() == "mesh://marketplace/artwork-sales/sales/v2/partitions"


def test_airflow_finds_the_scheme() -> None:
    manager = ProvidersManagerTaskRuntime()
    assert manager.asset_uri_handlers["mesh"] is check_uri
