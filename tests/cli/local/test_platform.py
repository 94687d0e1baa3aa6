"""Airflow on one machine, as its components will find it."""

import json
import stat
from pathlib import Path

import pytest

from meshwright.cli.local.platform import USER, Platform


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    made = Platform(tmp_path / "airflow", 18080)
    made.prepare()
    return made


def test_nothing_is_reachable_from_elsewhere(platform: Platform) -> None:
    variables = platform.variables()
    assert variables["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert variables["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:18080/execution/"


def test_the_password_and_the_keys_stay_the_same_and_are_the_owners_alone(platform: Platform) -> None:
    before = platform.password, platform.variables()
    platform.prepare()
    assert (platform.password, platform.variables()) == before
    for name in ("passwords.json", "jwt.key", "fernet.key"):
        assert stat.S_IMODE((platform.home / name).stat().st_mode) == 0o600
    assert json.loads((platform.home / "passwords.json").read_text()) == {USER: platform.password}


def test_tokens_are_signed_with_a_key_that_is_long_enough(platform: Platform) -> None:
    assert len(platform.variables()["AIRFLOW__API_AUTH__JWT_SECRET"].encode()) >= 64


def test_dags_come_from_releases_only(platform: Platform) -> None:
    (bundle,) = json.loads(platform.variables()["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"])
    assert bundle["classpath"] == "meshwright.airflow.bundle.MeshBundle"
    assert platform.variables()["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"


def test_where_nothing_runs_it_is_not_up(platform: Platform) -> None:
    assert not platform.is_up()
