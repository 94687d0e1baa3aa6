"""Connections that Airflow knows, as the URLs that engines understand."""

import pytest
from airflow.sdk import Connection

from meshwright.airflow.connections import connection_url, worker_connections, worker_keys
from meshwright.model.identity import Secret

CASES = [
    pytest.param("postgresql://nadia:p%40ss@db:5432/market", "postgresql://nadia:p%40ss@db:5432/market", id="database"),
    pytest.param("sqlite:///tmp/orders.db", "sqlite:///tmp/orders.db", id="file of a database"),
    pytest.param("duckdb:///data/provenance.duckdb", "duckdb:///data/provenance.duckdb", id="engine's own"),
]


@pytest.mark.parametrize(("uri", "url"), CASES)
def test_a_url_comes_back_as_it_was_meant(uri: str, url: str) -> None:
    assert connection_url(Connection.from_uri(uri, "market")) == url


def test_a_url_in_the_extra_is_taken_at_its_word() -> None:
    connection = Connection(conn_id="market", conn_type="generic", extra='{"url": "file:///srv/drop"}')
    assert connection_url(connection) == "file:///srv/drop"


def test_airflow_is_asked_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MARKET", "postgresql://db/market")
    connections = worker_connections({"MESH_CONN_MARKET": "sqlite:///x.db", "MESH_CONN_FEED": "file:///srv/feed"})
    assert connections("market") == Secret("postgresql://db/market")
    assert connections("feed") == Secret("file:///srv/feed")
    assert connections("unheard-of") is None


def test_a_key_is_the_password_of_a_connection_before_it_is_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MESH_KEY_EMAIL", '{"conn_type": "generic", "password": "of email"}')
    monkeypatch.setenv("AIRFLOW_CONN_MESH_KEY_EMPTY", '{"conn_type": "generic"}')
    keys = worker_keys({"MESH_KEY_EMAIL": "another", "MESH_KEY_ART_BUYER": "of buyers"})
    assert keys("email") == Secret("of email")
    assert keys("art-buyer") == Secret("of buyers")
    assert keys("empty") is None
    assert keys("unheard-of") is None
