"""The sources of an example mesh are a program of its own."""

from pathlib import Path

import pytest

from meshwright.cli.local.processes import ProcessEnded, Processes
from meshwright.cli.local.simulator import start_simulator
from meshwright.model.errors import Refused

PLAYER = """
import json, sys, time
print("warming up", flush=True)
print(json.dumps({"ready": True, "connections": {"market-db": "sqlite:///x.db"}, "options": sys.argv[3:]}), flush=True)
time.sleep(600)
"""


def test_its_connections_are_environment_variables(tmp_path: Path) -> None:
    (tmp_path / "simulator.py").write_text(PLAYER)
    with Processes(tmp_path / "logs") as processes:
        found = start_simulator(processes, tmp_path, tmp_path / "state", ["--fault", "market=late"])
    assert found == {"MESH_CONN_MARKET_DB": "sqlite:///x.db"}
    assert '"options": ["--follow", "--fault", "market=late"]' in (tmp_path / "logs" / "simulator.log").read_text()


def test_a_mesh_without_one_has_no_connections(tmp_path: Path) -> None:
    with Processes(tmp_path / "logs") as processes:
        assert start_simulator(processes, tmp_path, tmp_path, []) == {}


def test_an_option_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with Processes(tmp_path / "logs") as processes, pytest.raises(Refused, match="no such option: --fault"):
        start_simulator(processes, tmp_path, tmp_path, ["--fault", "x"])


def test_one_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "simulator.py").write_text("raise SystemExit('no such fault: storm')")
    with Processes(tmp_path / "logs") as processes, pytest.raises(ProcessEnded, match="no such fault: storm"):
        start_simulator(processes, tmp_path, tmp_path, ["--fault", "storm"])
