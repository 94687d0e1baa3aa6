"""What a running Airflow tells OpenLineage of each publish. A campaign: every task tells its start and its end."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.e2e.conftest import Machine
from tests.e2e.live import NOW, until

from meshwright.engine.registry import open_engine
from meshwright.model.address import product_address
from meshwright.model.publish import Publish

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.proof,
    pytest.mark.xdist_group("airflow"),
    pytest.mark.timeout(1500),
    pytest.mark.parametrize("machine", ["flights"], indirect=True, scope="module"),
]
ROUTES = "punctuality.route-punctuality"
FLIGHTS, WEATHER = "aviation.flights:departures@1", "weather.hourly-weather:observations@1"


@dataclass
class Collector:
    """What takes events as Marquez does, and keeps them."""

    url: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)

    def told(self, job: str) -> list[dict[str, Any]]:
        """Return what was told of a job's ends."""
        return [e for e in self.events if (e["job"]["name"], e["eventType"]) == (job, "COMPLETE")]


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that the library calls
            collector.events.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        collector.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()


def test_openlineage_is_told_what_each_publish_read_and_wrote_down_to_the_column(machine: Machine) -> None:
    with collecting() as collector:
        more = {
            "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps({"type": "http", "url": collector.url}),
            "AIRFLOW__OPENLINEAGE__EXECUTION_TIMEOUT": "60",  # a busy machine drops what it cannot tell in ten seconds
        }
        with replace(machine, more=more).going("up"):
            publishes = until(lambda: complete(machine))
            told = until(lambda: len(found := collector.told(f"{ROUTES}.publish")) >= len(publishes) and found)
    assert len(told) == len(publishes)
    for event, publish in zip(told, publishes, strict=True):
        assert {(read["namespace"], read["name"]) for read in event["inputs"]} == {("mesh", FLIGHTS), ("mesh", WEATHER)}
        [hourly] = event["outputs"]
        assert (hourly["namespace"], hourly["name"]) == ("mesh", f"{ROUTES}:hourly@1")
        assert hourly["outputFacets"]["outputStatistics"]["rowCount"] == publish.rows
        wind = hourly["facets"]["columnLineage"]["fields"]["wind_speed_mph"]["inputFields"]
        assert {(field["name"], field["field"]) for field in wind} == {(WEATHER, "wind_speed_mph")}


def complete(machine: Machine) -> list[Publish]:
    """Return what the routes have published, the oldest first, once that is complete; else nothing."""
    data = machine.root / ".mesh/local/data"
    found = list(open_engine("duckdb", str(data)).publishes(product_address(ROUTES))) if data.exists() else []
    return found if found and found[-1].watermark == NOW else []
