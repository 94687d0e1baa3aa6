"""What a running Airflow tells OpenLineage of each publish. A campaign: every task tells its start and its end."""

import json
from dataclasses import replace

import pytest
from tests.e2e.conftest import Machine

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.proof,
    pytest.mark.xdist_group("airflow"),
    pytest.mark.timeout(1200),
    pytest.mark.parametrize("machine", ["flights"], indirect=True, scope="module"),
]
FLIGHTS, WEATHER = "aviation.flights:departures@1", "weather.hourly-weather:observations@1"


def test_openlineage_is_told_what_was_read_and_written_down_to_the_column(machine: Machine) -> None:
    events = machine.home / "events.jsonl"
    transport = {"type": "file", "log_file_path": str(events), "append": True}
    telling = replace(machine, more={"AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport)})
    with telling.going("up", "--once") as going:
        assert going.ends(seconds=1000) == 0
    publish = "punctuality.route-punctuality.publish"
    said = [json.loads(line) for line in events.read_text().splitlines()]
    told = [e for e in said if (e["job"]["name"], e["eventType"]) == (publish, "COMPLETE")]
    assert len(told) == 3
    assert {(read["namespace"], read["name"]) for read in told[-1]["inputs"]} == {("mesh", FLIGHTS), ("mesh", WEATHER)}
    [hourly] = told[-1]["outputs"]
    assert (hourly["namespace"], hourly["name"]) == ("mesh", "punctuality.route-punctuality:hourly@1")
    assert hourly["outputFacets"]["outputStatistics"]["rowCount"] > 0
    wind = hourly["facets"]["columnLineage"]["fields"]["wind_speed_mph"]["inputFields"]
    assert {(field["name"], field["field"]) for field in wind} == {(WEATHER, "wind_speed_mph")}
