"""Airflow sees releases that were verified, and nothing else."""

from pathlib import Path

import pytest
from tests.airflow.conftest import Gate

from meshwright.airflow.bundle import MeshBundle
from meshwright.airflow.folder import NOTICE, raise_refusal
from meshwright.model.errors import Refused
from meshwright.release.keys import SigningKey

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
    assert {f.name for f in bundle.path.glob("*.py")} == {*LOADERS, NOTICE}


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
