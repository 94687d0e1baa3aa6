"""Both databases, for real: a SQLite file, and one PostgreSQL server a session with a database of its own a test."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.postgres import postgres as running

from meshwright.model.identity import Secret
from meshwright.observe.store import Observations


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a running PostgreSQL server."""
    with running() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Secret]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield Secret(f"sqlite:///{tmp_path / 'state' / 'observations.db'}")
        return
    server: str = request.getfixturevalue("postgres")
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    yield Secret(server.replace("/postgres?", f"/{name}?"))
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def observations(url: Secret) -> Observations:
    return Observations(url)
