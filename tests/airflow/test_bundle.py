"""Airflow sees releases that were verified, and nothing else."""

import runpy
from datetime import timedelta
from pathlib import Path

import pytest
from airflow.sdk import DAG
from airflow.sdk.definitions.context import _AIRFLOW_PARSING_CONTEXT_DAG_ID
from tests.airflow.conftest import NOW, Gate

from meshwright.actions.rollback import rollback
from meshwright.airflow.bundle import MeshBundle
from meshwright.airflow.dags import RETIRED as RETIRED_TAG
from meshwright.airflow.folder import NOTICE, RETIRED, raise_refusal
from meshwright.airflow.retired import ran_lately
from meshwright.model.errors import Refused
from meshwright.model.identity import Digest
from meshwright.model.naming import CHECK, PUBLISH, RECONCILER_FILE, STAGE
from meshwright.release.entry import GATE, Entry, Pointed
from meshwright.release.keys import SigningKey
from meshwright.release.log import History

CARRIERS = "aviation.carriers"

LOADERS = {"mesh_aviation_0.py", "mesh_fleet_0.py", "mesh_punctuality_0.py", "mesh_weather_0.py"}


def current() -> MeshBundle:
    bundle = MeshBundle(name="mesh")
    bundle.initialize()
    return bundle


def version(bundle: MeshBundle) -> str | None:
    found = bundle.get_current_version()
    return None if found is None else found.version


def test_the_version_is_the_digest_of_the_current_release(gate: Gate) -> None:
    bundle = current()
    assert version(bundle) == str(gate.workspace.log().verify(gate.variables["MESH_ROOT_KEY"]).current("local"))
    assert {f.name for f in bundle.path.glob("*.py")} == {*LOADERS, RECONCILER_FILE, NOTICE, RETIRED}


def test_a_new_release_is_seen_at_the_next_look_and_read_again(gate: Gate) -> None:
    bundle = current()
    before, read = version(bundle), (bundle.path / "mesh_weather_0.py").stat().st_mtime
    gate.change()
    after = gate.release()
    bundle.refresh()
    assert version(bundle) == str(after) != before
    assert (bundle.path / "mesh_weather_0.py").stat().st_mtime > read


def test_a_pinned_run_keeps_the_release_that_it_started_with(gate: Gate) -> None:
    started = version(current())
    gate.change()
    gate.release()
    pinned = MeshBundle(name="mesh", version=started)
    pinned.initialize()
    assert version(pinned) == started
    assert pinned.path.name == started
    with pytest.raises(RuntimeError, match="never changes"):
        pinned.refresh()


def test_a_run_finds_its_product_in_its_own_release_by_the_file_that_it_is_in_today(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned = MeshBundle(name="mesh", version=version(current()))
    pinned.initialize()
    monkeypatch.setenv(_AIRFLOW_PARSING_CONTEXT_DAG_ID, CARRIERS)
    for today in ("mesh_aviation_0.py", "mesh_aviation_3.py", RETIRED):
        found = runpy.run_path(str(pinned.path / today))
        assert [d.dag_id for d in found.values() if isinstance(d, DAG)] == [CARRIERS]


def retired(bundle: MeshBundle) -> dict[str, DAG]:
    found = runpy.run_path(str(bundle.path / RETIRED))
    return {name: dag for name, dag in found.items() if isinstance(dag, DAG)}


def test_a_retired_product_stays_without_a_schedule_and_is_gone_when_it_is_back(gate: Gate) -> None:
    bundle = current()
    without = Digest(version(bundle) or "")
    gate.add("helicopters")
    having = gate.release()
    bundle.refresh()
    assert retired(bundle) == {}
    rollback(gate.workspace, without.short, NOW)
    bundle.refresh()
    ((name, dag),) = retired(bundle).items()
    assert name == dag.dag_id == "fleet.helicopters"
    assert dag.schedule is None
    assert RETIRED_TAG in dag.tags
    assert [t.task_id for t in dag.tasks] == [STAGE, CHECK, PUBLISH]
    rollback(gate.workspace, having.short, NOW)
    bundle.refresh()
    assert retired(bundle) == {}


def test_a_release_before_that_cannot_be_read_holds_nothing_back(gate: Gate) -> None:
    bundle = current()
    without = Digest(version(bundle) or "")
    gate.add("helicopters")
    having = str(gate.release())
    bundle.refresh()
    rollback(gate.workspace, without.short, NOW)
    (Path(gate.workspace.settings.store) / "objects" / having[:2] / having).unlink()
    bundle.refresh()
    assert version(bundle) == str(without)
    assert retired(bundle) == {}


def test_what_was_retired_long_ago_is_forgotten() -> None:
    one, two, three = (Digest.of(name.encode()) for name in ("one", "two", "three"))
    entries = [(NOW - timedelta(days=20), one), (NOW - timedelta(days=10), two), (NOW, three)]
    said = (Entry(n, None, at, Pointed("local", ran), GATE, "") for n, (at, ran) in enumerate(entries))
    assert ran_lately(History(tuple(said), ""), "local") == [two]


def test_a_release_under_another_key_leaves_the_last_one_current_and_shows_why(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = current()
    before = version(bundle)
    gate.change()
    gate.release()
    monkeypatch.setenv("MESH_ROOT_KEY", SigningKey.generate().public)
    bundle.refresh()
    assert version(bundle) == before
    with pytest.raises(Refused, match="signed by a key that this environment does not trust"):
        raise_refusal(str(bundle.path / NOTICE))


def test_a_refusal_is_gone_as_soon_as_the_release_can_be_trusted(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = current()
    monkeypatch.delenv("MESH_ROOT_KEY")
    monkeypatch.setenv("MESH_KEYS", "/nowhere")
    bundle.refresh()
    with pytest.raises(Refused, match="no root key is pinned here"):
        raise_refusal(str(bundle.path / NOTICE))
    monkeypatch.setenv("MESH_ROOT_KEY", gate.variables["MESH_ROOT_KEY"])
    bundle.refresh()
    raise_refusal(str(bundle.path / NOTICE))


def test_a_changed_byte_in_the_store_is_not_shown(gate: Gate) -> None:
    bundle = current()
    before = version(bundle)
    gate.change()
    after = gate.release()
    stored = Path(gate.workspace.settings.store) / "objects" / after.hex[:2] / after.hex
    stored.write_bytes(stored.read_bytes() + b" ")
    bundle.refresh()
    assert version(bundle) == before
    with pytest.raises(Refused, match=r"`root.json` is not what was released"):
        raise_refusal(str(bundle.path / NOTICE))


def test_before_the_first_release_there_is_a_folder_that_says_so(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MESH_STORE", str(tmp_path / "empty"))
    bundle = current()
    assert version(bundle) is None
    with pytest.raises(Refused, match="nothing has been released yet"):
        raise_refusal(str(bundle.path / NOTICE))


def test_a_release_that_the_gate_never_made_is_not_laid_out(gate: Gate) -> None:
    bundle = MeshBundle(name="mesh", version="0" * 64)
    with pytest.raises(Refused, match="the gate never made a release"):
        bundle.initialize()
    assert not bundle.path.exists()
