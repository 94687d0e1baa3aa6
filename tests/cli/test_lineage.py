import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from meshwright.cli.lineage import command
from meshwright.cli.main import mesh
from meshwright.model.errors import NotFound

FLIGHTS = Path(__file__).parents[2] / "examples" / "flights"


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("meshes") / "flights"
    shutil.copytree(FLIGHTS, copy, ignore=shutil.ignore_patterns(".mesh"))
    return copy


def said(flights: Path, *words: str) -> str:
    done = CliRunner().invoke(mesh, ["lineage", *words, "--mesh", str(flights)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_product_is_a_tree_both_ways(flights):
    assert said(flights, "punctuality.route-punctuality", "--up").splitlines() == [
        "punctuality.route-punctuality",
        "",
        "comes from",
        "├─ aviation.flights",
        "└─ weather.hourly-weather",
    ]
    assert "└─ punctuality.route-punctuality" in said(flights, "weather.hourly-weather", "--down")


def test_a_column_names_the_lines_that_read_it(flights):
    text = said(flights, "aviation.flights:departures.distance_miles")
    assert "└─ aviation.daily-traffic:daily@1.miles_flown" in text
    assert "daily.sql:8  SUM(IF(status = 'cancelled', 0, distance_miles)) AS miles_flown," in text


def test_programs_read_edges(flights):
    plain = json.loads(said(flights, "weather.hourly-weather:observations", "--format", "json"))
    assert plain["up"] == []
    edge = {"from": "weather.hourly-weather:observations@1", "to": "punctuality.route-punctuality:hourly@1"}
    assert edge in plain["down"]


def test_mermaid_draws_it(flights):
    lines = said(flights, "punctuality.route-punctuality", "--format", "mermaid").splitlines()
    assert lines[0] == "flowchart LR"
    assert '    n0["aviation.flights"]' in lines
    assert "    n0 --> n1" in lines


@pytest.mark.parametrize(
    ("address", "message", "hint"),
    [
        ("aviation.flight", "there is no product `aviation.flight` to follow", "`mesh list` shows all products"),
        ("aviation.flights:x", "`aviation.flights` has no port `x`", "it offers `aviation.flights:departures@1`"),
        ("aviation.flights:departures.x", "`aviation.flights:departures@1` has no column `x`", "it has `flight_date`"),
    ],
)
def test_what_is_not_there_is_said(flights, address, message, hint):
    with pytest.raises(NotFound) as refused:
        command.main([address, "--mesh", str(flights)], standalone_mode=False)
    assert refused.value.message == message
    assert refused.value.hint.startswith(hint)
