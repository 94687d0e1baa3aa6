"""Connections that Airflow knows, as the URLs that engines understand."""

import json

import pytest
from airflow.sdk import Connection

from meshwright.airflow.connections import connection_url, worker_connections, worker_keys
from meshwright.model.identity import Secret

URLS = [
    pytest.param("postgresql://nadia:p%40ss@db:5432/market", id="database"),
    pytest.param("postgresql://db/market?sslmode=verify-full", id="how a database is connected to"),
    pytest.param("sqlite:///tmp/orders.db", id="file of a database"),
    pytest.param("duckdb:///data/provenance.duckdb", id="engine's own"),
    pytest.param("file:///srv/drop/in", id="folder"),
    pytest.param("kafka://k:9092?auto.offset.reset=earliest", id="settings of a client"),
    pytest.param("https://:key@api.example/v1?per=a%20b", id="what each request asks"),
]


@pytest.mark.parametrize("url", URLS)
def test_a_url_comes_back_as_it_was_meant(url: str) -> None:
    assert connection_url(Connection.from_uri(url, "market")) == url


def test_what_airflow_s_form_keeps_as_the_extra_is_asked_for() -> None:
    extra = json.dumps({"sslmode": "require", "keepalives": 1, "nested": {"is": "not"}})
    connection = Connection(conn_id="market", conn_type="postgres", host="db", schema="market", extra=extra)
    assert connection_url(connection) == "postgresql://db/market?sslmode=require&keepalives=1"


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
