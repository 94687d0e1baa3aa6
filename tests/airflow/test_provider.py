"""What Airflow knows of `mesh://`."""

from urllib.parse import urlsplit

import pytest
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from meshwright.airflow.dags import port_asset
from meshwright.airflow.provider import check_uri, dataset
from meshwright.model.address import ProductAddress
from meshwright.model.naming import asset_name, asset_uri, partitions_uri

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


def test_airflow_finds_the_scheme_and_what_openlineage_calls_it() -> None:
    manager = ProvidersManagerTaskRuntime()
    assert manager.asset_uri_handlers["mesh"] is check_uri
    assert manager.asset_to_openlineage_converters["mesh"] is dataset


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        pytest.param(asset_uri(PORT), "marketplace.artwork-sales:sales@2", id="a port by its address"),
        pytest.param(partitions_uri(PORT), None, id="its partitions are no dataset of their own"),
    ],
)
def test_openlineage_knows_a_port_that_nothing_was_published_of_yet(uri: str, name: str | None) -> None:
    found = dataset(port_asset(asset_name(PORT), uri), None)
    assert (found and (found.namespace, found.name)) == (name and ("mesh", name))
