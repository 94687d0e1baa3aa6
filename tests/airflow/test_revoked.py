"""A run that belongs to a release which was revoked meanwhile fails at once, wherever the release lies already."""

from typing import Any

import pytest
from airflow.sdk.definitions.context import _AIRFLOW_PARSING_CONTEXT_DAG_ID
from airflow.sdk.exceptions import AirflowFailException
from tests.airflow.conftest import NOW, Gate

from meshwright.actions.deploy import deploy
from meshwright.actions.revoke import revoke
from meshwright.airflow.bundle import MeshBundle
from meshwright.airflow.loader import load, load_all
from meshwright.airflow.operators import outcome
from meshwright.model.address import product_address
from meshwright.model.identity import Digest
from meshwright.model.naming import STAGE

CARRIERS = "aviation.carriers"


@pytest.fixture
def started(gate: Gate) -> Digest:
    """The release that a run started with; another one runs now."""
    before = deploy(gate.workspace, NOW).release
    gate.change()
    assert gate.release() != before
    return before


def begin(release: Digest) -> None:
    """Begin a task as a worker does: get the bundle, parse, and let the operator get what it works on."""
    bundle = MeshBundle(name="mesh", version=str(release))
    bundle.initialize()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(_AIRFLOW_PARSING_CONTEXT_DAG_ID, CARRIERS)
        task = load(str(bundle.path / "mesh_aviation_0.py"), "aviation-0")[CARRIERS].task_dict[STAGE]
    run(task)


def run(task: Any) -> None:
    context: Any = {"run_id": "r", "ti": task}
    with outcome(task, context) as work:
        assert work.record.product.address == product_address(CARRIERS)


def test_it_is_refused_where_the_release_lies_already(
    started: Digest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(started)
    revoke(gate.workspace, started.short, "it leaks addresses", NOW)
    begin(started)  # the worker has looked a moment ago
    monkeypatch.setattr("meshwright.airflow.revoked.LOOK_AGAIN", 0.0)
    with pytest.raises(AirflowFailException, match=r"was revoked: it leaks addresses\nclear the run to the release"):
        begin(started)
    monkeypatch.setenv("MESH_STORE", "/nowhere")
    with pytest.raises(AirflowFailException, match="was revoked: it leaks addresses"):
        begin(started)


def test_it_is_refused_where_the_release_never_lay(started: Digest, gate: Gate) -> None:
    revoke(gate.workspace, started.short, "it leaks addresses", NOW)
    with pytest.raises(AirflowFailException, match="was revoked: it leaks addresses"):
        begin(started)


def test_on_call_reads_why_nothing_ran(started: Digest, gate: Gate) -> None:
    revoke(gate.workspace, started.short, "it leaks addresses", NOW)
    with pytest.raises(AirflowFailException):
        begin(started)
    failure = gate.workspace.observations().latest([product_address(CARRIERS)])[product_address(CARRIERS)].failure
    assert failure
    assert (failure.step, failure.reason) == (
        STAGE,
        f"release {started.short} was revoked: it leaks addresses",
    )


def test_a_store_that_is_down_stops_nothing_that_was_allowed(started: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(started)
    monkeypatch.setattr("meshwright.airflow.revoked.LOOK_AGAIN", 0.0)
    monkeypatch.setenv("MESH_STORE", "/nowhere")
    begin(started)


def test_what_runs_now_is_refused_too_until_something_else_is_deployed(gate: Gate) -> None:
    bundle = MeshBundle(name="mesh")
    bundle.initialize()
    revoke(gate.workspace, deploy(gate.workspace, NOW).release.short, "it leaks addresses", NOW)
    bundle.refresh()
    with pytest.raises(AirflowFailException, match="was revoked: it leaks addresses"):
        run(load_all(bundle.path)[CARRIERS].task_dict[STAGE])
