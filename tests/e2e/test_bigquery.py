"""BigQuery in a real Airflow: a task that waits for a job holds no worker, and its page leads to the job."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.actions.folders import open_folder
from tests.e2e.live import NOW, Live, release, running, until, write_product
from tests.engines.emulator import PROJECT, Missing, emulator
from tests.engines.slow import Slow, serving
from tests.postgres import postgres

from meshwright.engine.registry import open_engine
from meshwright.model.address import product_address
from meshwright.model.naming import CHECK, PUBLISH, STAGE

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.proof,
    pytest.mark.xdist_group("airflow"),
    pytest.mark.timeout(2400),
]

SALES, DAY = "desk.sales", "2013-01-03"
_MESH = """\
apiVersion: meshwright/v1
kind: Mesh
name: live
people: [{username: nadia}, {username: piet, roles: [platform]}]
"""


@dataclass(frozen=True)
class OnBigQuery:
    """An Airflow whose engine is BigQuery: jobs go on until the test lets them end."""

    live: Live
    slow: Slow
    data: str

    def task(self, called: str) -> dict[str, Any]:
        """Return how a task of the product's one run is."""
        run = until(lambda: self.live.runs(SALES))[0]["dag_run_id"]
        found: dict[str, Any] = self.live.get(f"/dags/{SALES}/dagRuns/{run}/taskInstances/{called}")
        return found

    def links(self, called: str) -> dict[str, str | None]:
        """Return where the page of a task leads to."""
        run = self.live.runs(SALES)[0]["dag_run_id"]
        found: dict[str, str | None] = self.live.get(f"/dags/{SALES}/dagRuns/{run}/taskInstances/{called}/links")[
            "extra_links"
        ]
        return found


@pytest.fixture(scope="module")
def on_bigquery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnBigQuery]:
    folder = tmp_path_factory.mktemp("bigquery")
    root, feed = folder / "mesh", folder / "feeds" / "sales"
    write_product(root, SALES, "sales", "replace")
    (root / "mesh.yaml").write_text(_MESH)
    feed.mkdir(parents=True)
    (feed / f"{DAY}.csv").write_text(f"day,amount\n{DAY},1\n{DAY},2\n")
    workspace = open_folder(root)
    release(workspace)
    google = {"conn_type": "google_cloud_platform", "extra": {"is_anonymous": True, "project": PROJECT}}
    try:
        with postgres() as database, emulator(folder) as address, serving(Slow(address, ends_at_once=False)) as slow:
            data = f"bigquery://{PROJECT}/live?endpoint={slow.url}"
            more = {
                "MESH_ENGINE": "bigquery",
                "MESH_DATA": data,
                "MESH_SINCE": f"{DAY}T00:00:00Z",
                "MESH_CONN_SALES": feed.as_uri(),
                "BIGQUERY_EMULATOR_HOST": slow.url,
                "AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT": json.dumps(google),
            }
            with running(folder, workspace, database, more) as live:
                yield OnBigQuery(live, slow, data)
    except Missing as error:
        pytest.skip(str(error))


def test_each_task_is_away_while_its_job_goes_on_and_leads_to_it(on_bigquery: OnBigQuery) -> None:
    for called, subject in ((STAGE, "sales@1"), (CHECK, "sales@1"), (PUBLISH, PUBLISH)):
        until(lambda called=called: on_bigquery.task(called)["state"] == "deferred")  # type: ignore[misc]
        job = on_bigquery.slow.begun[-1]
        assert f":{job}&page" in str(on_bigquery.links(called)[f"Job: {subject}"])
        assert on_bigquery.task(called)["trigger"]["classpath"].endswith(".BigQueryInsertJobTrigger")
        on_bigquery.slow.end_jobs()
        until(lambda called=called: on_bigquery.task(called)["state"] == "success")  # type: ignore[misc]
        assert on_bigquery.task(called)["try_number"] == 1
    assert len(on_bigquery.slow.begun) == 3, "each once"
    (published,) = open_engine("bigquery", on_bigquery.data).publishes(product_address(SALES))
    assert (published.rows, published.watermark) == (2, NOW)
