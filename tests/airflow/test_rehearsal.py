"""What Airflow cannot build or keep is not deployed, and the refusal says what and why."""

import pytest
from tests.airflow.conftest import NOW, Gate

from meshwright.actions.deploy import deploy
from meshwright.actions.rehearsal import rehearse
from meshwright.actions.submit import submit
from meshwright.airflow.rehearsal import broken
from meshwright.model.errors import Refused
from meshwright.release.shard import DagSpec, Line, line_bytes
from meshwright.workspace.trust import history

SPEC = DagSpec("Flights.", "", "maya", ("aviation",), 3600, cron="@daily")


def line(**changes: object) -> bytes:
    return line_bytes(Line("aviation.flights", "", "", [], SPEC._replace(**changes)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"owner_url": "nowhere"}, "nowhere", id="a link that is none"),
        pytest.param({"cron": "61 * * * *"}, "61", id="an hour with 61 minutes"),
        pytest.param({"timezone": "Nowhere/Land"}, "Nowhere/Land", id="a zone that is none"),
    ],
)
def test_a_dag_that_airflow_cannot_keep_is_named_with_the_reason(changes: dict[str, object], reason: str) -> None:
    ((product, said),) = broken(line() + line(**changes))
    assert product == "aviation.flights"
    assert reason in said


def test_only_what_changed_is_built_and_the_outcome_counts_it(gate: Gate) -> None:
    gate.change()
    assert submit(gate.workspace, "maya", NOW).release
    assert deploy(gate.workspace, NOW, rehearse).rehearsed == 1
    assert deploy(gate.workspace, NOW, rehearse).rehearsed is None


def test_a_release_that_cannot_be_kept_is_refused_and_the_old_one_stays(gate: Gate) -> None:
    before = history(gate.workspace).current("local")
    gate.add("x" * 245)  # Airflow keeps no name beyond 250 characters
    assert submit(gate.workspace, "maya", NOW).release
    with pytest.raises(Refused, match=r"Airflow cannot run release \w+\n  fleet\.x+: .*less than 250"):
        deploy(gate.workspace, NOW, rehearse)
    assert history(gate.workspace).current("local") == before
