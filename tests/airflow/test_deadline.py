"""What Airflow calls when a run takes too long remembers it, once."""

import asyncio
from datetime import timedelta

from tests.airflow.conftest import NOW, Gate

from meshwright.airflow.deadline import tell
from meshwright.model.address import product_address
from meshwright.model.observation import Overrun

FLIGHTS = product_address("aviation.flights")


def test_a_run_that_takes_too_long_is_remembered_once(gate: Gate) -> None:
    for _ in ("the deadline passes", "the triggerer starts again"):
        asyncio.run(tell(5400.0, {"dag_run": {"dag_id": str(FLIGHTS), "dag_run_id": "scheduled__1"}}))
    latest = gate.workspace.observations().latest([FLIGHTS])[FLIGHTS]
    assert latest.overrun == Overrun(FLIGHTS, "scheduled__1", NOW, timedelta(minutes=90))
