"""What a plan says of the cost on an engine that bills what is read, and what it says where it cannot be told."""

from datetime import UTC, datetime
from pathlib import Path

from tests.actions.folders import edit, open_folder, write_mesh
from tests.engine.bigquery.recorder import Recorder, recording

from meshwright.actions.plan import plan
from meshwright.actions.submit import submit
from meshwright.gate.effects.cost_words import load_text
from meshwright.gate.plan import Plan
from meshwright.workspace.workspace import Workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RANKING_SQL = "domains/creators/trending-artists/ranking.sql"
READ = {"statementType": "SELECT", "referencedTables": []}


def answer(size: int) -> tuple[int, dict[str, object]]:
    configuration = {"jobType": "QUERY", "dryRun": True, "query": {"query": "SELECT 1"}}
    statistics = {"query": {**READ, "totalBytesProcessed": str(size)}}
    reference = {"projectId": "shop", "location": "EU"}
    return 200, {
        "jobReference": reference,
        "configuration": configuration,
        "status": {"state": "DONE"},
        "statistics": statistics,
    }


def on_bigquery(tmp_path: Path, address: str) -> Workspace:
    data = f"bigquery://shop?location=EU&endpoint={address}"
    root = write_mesh(tmp_path / "mesh")
    edit(root, "mesh.yaml", "name: artgo\n", "name: artgo\ncurrency: EUR\n")
    edit(
        root,
        "domains/marketplace/artwork-sales/product.yaml",
        "outputPorts:",
        "schedule: {cron: '0 * * * *'}\noutputPorts:",
    )
    return open_folder(root, MESH_ENGINE="bigquery", MESH_DATA=data, MESH_PRICE_TEBIBYTE="6.25")


def rewritten(workspace: Workspace) -> Plan:
    submit(workspace, "nadia", NOW)
    edit(workspace.root, RANKING_SQL, "FROM sales\n", "FROM sales\nWHERE price > 1\n")
    return plan(workspace, "nadia", NOW).proposal.plan


def test_a_select_that_changes_is_estimated_as_it_was_and_as_it_is_proposed(tmp_path: Path) -> None:
    recorder = Recorder({"POST /jobs": [answer(3 * 2**30), answer(2 * 2**30)]})
    with recording(recorder) as address:
        costs = rewritten(on_bigquery(tmp_path, address)).costs
    (change,) = costs.products
    assert load_text(change, costs) == "731 runs a month, 1.4 TiB → 2.1 TiB read, 8.92 → 13.39 EUR"
    asked = [body["configuration"]["query"]["query"] for body in recorder.bodies("POST /jobs")]
    assert ["price > 1" in sql for sql in asked] == [True, False]


def test_what_cannot_be_reached_is_not_estimated_and_the_plan_is_made_all_the_same(tmp_path: Path) -> None:
    with recording(Recorder({})) as address:
        costs = rewritten(on_bigquery(tmp_path, address)).costs
    (change,) = costs.products
    because = "not all that it reads is published yet"
    assert load_text(change, costs) == f"731 runs a month, what they read is not estimated, because {because}"


def test_an_engine_that_bills_no_bytes_is_not_asked(tmp_path: Path) -> None:
    assert rewritten(open_folder(write_mesh(tmp_path / "mesh"))).costs.products == ()
