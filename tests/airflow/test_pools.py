"""Airflow has the pools that a release names before it is shown one, wherever its database is open."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.models.pool import Pool
from airflow.models.team import Team
from airflow.sdk.execution_time.supervisor import BlockedDBSession
from airflow.utils.session import create_session
from sqlalchemy import delete

from airflow import settings
from meshwright.airflow.pools import make_pools
from meshwright.release.files import MESH


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Path]:
    """A release that names two pools, and Airflow's database without any."""
    tables = [Team.__table__, Pool.__table__]
    Pool.metadata.create_all(settings.engine, tables=tables)
    named = [{"name": "warehouse", "slots": 4, "description": "What it takes."}, {"name": "desk", "slots": 1}]
    (tmp_path / MESH).write_text(json.dumps({"name": "shop", "pools": named}))
    yield tmp_path
    with create_session() as session:
        session.execute(delete(Pool))


def slots() -> dict[str, int]:
    return {pool.pool: pool.slots for pool in Pool.get_pools()}


def change(name: str, to: int | None) -> None:
    """Do in Airflow what on-call does: widen a pool, or delete it."""
    with create_session() as session:
        pool = Pool.get_pool(name, session=session)
        assert pool is not None
        if to is None:
            session.delete(pool)
        else:
            pool.slots = to


def test_the_pools_of_a_release_are_made(release: Path) -> None:
    make_pools(release, anew=True)
    assert slots() == {"warehouse": 4, "desk": 1}


def test_what_somebody_changed_stays_until_the_next_release(release: Path) -> None:
    make_pools(release, anew=True)
    change("warehouse", to=9)
    make_pools(release, anew=False)
    assert slots() == {"warehouse": 9, "desk": 1}
    make_pools(release, anew=True)
    assert slots() == {"warehouse": 4, "desk": 1}


def test_what_somebody_deleted_is_made_again(release: Path) -> None:
    make_pools(release, anew=True)
    change("desk", to=None)
    make_pools(release, anew=False)
    assert slots() == {"warehouse": 4, "desk": 1}


def test_where_the_database_is_closed_nothing_is_made_and_nothing_fails(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as closed:
        closed.setattr(settings, "Session", BlockedDBSession)
        make_pools(release, anew=True)
    assert slots() == {}


def test_a_mesh_without_pools_asks_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "Session", lambda: pytest.fail("it was asked"))
    (tmp_path / MESH).write_text('{"name": "shop"}')
    make_pools(tmp_path, anew=True)
