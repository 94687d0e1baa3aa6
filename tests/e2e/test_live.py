"""What Airflow does with releases, runs and events, shown in one that runs: nothing here is played."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from tests.e2e.live import DAY, DAYS, MODES, NOW, Live, live_mesh, release, until, write_product
from tests.postgres import postgres

from meshwright.actions.revoke import revoke
from meshwright.actions.tick import tick
from meshwright.model.address import product_address
from meshwright.model.identity import Digest
from meshwright.model.naming import STAGE
from meshwright.model.product import DataProduct
from meshwright.observe.histories import Latest
from meshwright.release.shard import DagSpec
from meshwright.release.spec import spec_of
from meshwright.workspace.deployed import deployed
from meshwright.workspace.trust import history

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.proof,
    pytest.mark.xdist_group("airflow"),
    pytest.mark.timeout(2400),
]

STEADY, LEAVING, BROKEN = "floor.steady", "floor.leaving", "floor.broken"
PARTITIONS = "mesh://desk/by-partition/sales/v1/partitions"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with postgres() as url, live_mesh(tmp_path_factory.mktemp("live"), url) as found:
        yield found


@pytest.fixture(scope="module")
def built(live: Live) -> Live:
    """The mesh once each product of the desk has built its three days."""
    until(lambda: all(len(live.publishes(f"desk.by-{mode}")) == len(DAYS) for mode in MODES))
    return live


def states(live: Live, product: str) -> list[str]:
    return [run["state"] for run in live.runs(product)]


@pytest.fixture(scope="module")
def backfilled(built: Live) -> Live:
    """The first two of three days backfilled, when the source says something else of all three."""
    built.deliver("sales", 10)
    first, last = DAYS[:2]
    span = ("--from-date", first, "--to-date", last, "--reprocess-behavior", "completed")
    built.airflow("backfill", "create", "--dag-id", f"desk.by-{MODES[0]}", *span)
    for mode in MODES[1:]:
        body = {"from_date": f"{first}T00:00:00Z", "to_date": f"{last}T00:00:00Z", "reprocess_behavior": "completed"}
        built.post("/backfills", dag_id=f"desk.by-{mode}", **body)
    until(lambda: all(len(built.publishes(f"desk.by-{mode}")) == 5 for mode in MODES))
    return built


@pytest.mark.parametrize(
    ("mode", "served"),
    [
        *(pytest.param(mode, {10: DAYS[:2], 1: DAYS[2:]}, id=mode) for mode in ("append", "merge", "partition")),
        pytest.param("ledger", {1: DAYS, 10: DAYS[:2]}, id="ledger: it adds, and never rewrites"),
    ],
)
def test_a_backfill_replaces_its_intervals_and_no_other(
    backfilled: Live, mode: str, served: dict[int, tuple[str, ...]]
) -> None:
    expected = [(day, amount + more, 1) for amount, days in served.items() for day in days for more in (0, 1)]
    assert backfilled.rows(f"desk.by-{mode}") == sorted(expected)


def test_what_is_replaced_as_a_whole_holds_the_interval_that_was_built_last(backfilled: Live) -> None:
    last = f"{backfilled.publishes('desk.by-replace')[-1].interval.start:%Y-%m-%d}"
    assert backfilled.rows("desk.by-replace") == [(last, 10, 1), (last, 11, 1)]


@pytest.mark.parametrize("mode", MODES)
def test_a_backfill_builds_each_of_its_intervals_once(backfilled: Live, mode: str) -> None:
    """In any order: Airflow runs the intervals of a backfill beside each other, whatever a DAG says."""
    until(lambda: states(backfilled, f"desk.by-{mode}") == ["success"] * 3)
    publishes = backfilled.publishes(f"desk.by-{mode}")
    built = [f"{publish.interval.start:%Y-%m-%d}" for publish in publishes]
    assert (built[:3], sorted(built[3:])) == ([*DAYS], [*DAYS[:2]])
    assert {publish.interval.end - publish.interval.start for publish in publishes} == {DAY}


def test_partitions_are_told_by_name_each_time_that_they_are_written(backfilled: Live) -> None:
    events = until(lambda: (found := partition_events(backfilled)) and len(found) >= 5 and found)
    assert Counter(event["partition_key"] for event in events) == {DAYS[0]: 2, DAYS[1]: 2, DAYS[2]: 1}
    assert {(event["source_dag_id"], event["source_task_id"]) for event in events} == {("desk.by-partition", "publish")}
    last = backfilled.publishes("desk.by-partition")[-1]
    told = next(e["extra"] for e in events if e["extra"]["publish_id"] == str(last.publish_id))
    assert told == {
        "publish_id": str(last.publish_id), "rows": 6, "watermark": "2013-01-04T00:00:00Z", "partitions": 1,
    }  # fmt: skip


def test_who_reads_partitions_runs_once_for_each_that_was_told(backfilled: Live) -> None:
    assert set(until(lambda: (keys := read_keys(backfilled)) and set(DAYS) <= set(keys) and keys)) == set(DAYS)


def test_a_partition_told_through_the_api_starts_who_reads_it_and_no_product(backfilled: Live) -> None:
    before = [len(backfilled.runs(f"desk.by-{mode}")) for mode in MODES]
    (asset,) = [a for a in backfilled.get("/assets", limit=100)["assets"] if a["uri"] == PARTITIONS]
    backfilled.post("/assets/events", asset_id=asset["id"], partition_key="2012-12-31", extra={"rows": 2})
    until(lambda: "2012-12-31" in read_keys(backfilled))
    assert [len(backfilled.runs(f"desk.by-{mode}")) for mode in MODES] == before


@pytest.mark.parametrize(
    ("conf", "day"),
    [
        pytest.param({"interval": "2013-01-02/2013-01-03"}, DAYS[1], id="of the day that it names"),
        pytest.param({}, DAYS[2], id="of the last day that is over"),
    ],
)
def test_a_run_that_somebody_triggers_builds(backfilled: Live, conf: dict[str, str], day: str) -> None:
    product, before = "desk.by-merge", len(backfilled.publishes("desk.by-merge"))
    run = backfilled.post(f"/dags/{product}/dagRuns", logical_date=None, conf=conf)
    assert ended(backfilled, product, run) == "success"
    (publish,) = backfilled.publishes(product)[before:]
    assert f"{publish.interval.start:%Y-%m-%d}" == day
    assert [row[1] for row in backfilled.rows(product) if row[0] == day] == [10, 11]


def test_a_run_that_is_asked_for_no_interval_at_all_says_so(backfilled: Live) -> None:
    run = backfilled.post("/dags/desk.by-merge/dagRuns", logical_date=None, conf={"interval": "yesterday"})
    assert ended(backfilled, "desk.by-merge", run) == "failed"
    assert "the run was asked for interval 'yesterday'" in backfilled.log("desk.by-merge", run["dag_run_id"], STAGE)


@pytest.fixture(scope="module")
def overran(built: Live) -> Live:
    """The mesh once the runs of the floor have taken longer than they may: they wait for their source."""
    until(lambda: all(latest(built, product).overrun for product in (STEADY, LEAVING)))
    return built


def test_a_run_that_takes_too_long_is_told_to_its_people(overran: Live) -> None:
    outcome = tick(overran.workspace, deployed(overran.workspace).graph, NOW)
    told = {str(m.incident.cause): m.incident for m in outcome.messages}
    assert {STEADY, LEAVING} <= told.keys()
    for product in (STEADY, LEAVING):
        (impact,) = told[product].impacts
        run = overran.runs(product)[0]["dag_run_id"]
        assert (impact.slo, impact.reason) == ("run", f"its run `{run}` had not ended 20s after it was queued")
        assert f"does not have `{DAYS[0]}.csv` yet" in told[product].reason
        assert told[product].owner.username == "nadia"


@dataclass(frozen=True)
class Move:
    """A release that goes live while two runs are in flight, of a product that changes and of one that is retired."""

    live: Live
    before: Digest
    after: Digest
    in_flight: dict[str, dict[str, Any]]


def spec_or_worse(product: DataProduct) -> DagSpec:
    """Return what Airflow is told of a product; of the broken one what it cannot keep, as no gate of today releases."""
    spec = spec_of(product)
    return spec._replace(tags=("x" * 101,)) if str(product.address) == BROKEN else spec


@pytest.fixture(scope="module")
def moved(overran: Live, backfilled: Live) -> Move:
    """Both wait for their source when the release goes live, which finds the changed one in another DAG file."""
    live, root = backfilled, backfilled.workspace.root
    in_flight = {STEADY: until(lambda: waiting(live, STEADY)), LEAVING: until(lambda: waiting(live, LEAVING))}
    before = history(live.workspace).current("local")
    assert before is not None
    write_product(root, STEADY, "steady", made_by=2)
    write_product(root, BROKEN, "steady")
    shutil.rmtree(root / "domains/floor/leaving")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("meshwright.release.cut.SHARD_SIZE", 1)
        patch.setattr("meshwright.release.cut.spec_of", spec_or_worse)
        after = release(live.workspace)
    until(lambda: live.get(f"/dags/{STEADY}")["bundle_version"] == str(after))
    until(lambda: "retired" in tags(live, LEAVING))
    assert {p: live.run(p, run["dag_run_id"])["state"] for p, run in in_flight.items()} == dict.fromkeys(
        in_flight, "running"
    )
    for feed in ("steady", "leaving"):
        live.deliver(feed, 5)
    return Move(live, before, after, in_flight)


@pytest.mark.parametrize("product", [STEADY, LEAVING])
def test_a_run_in_flight_ends_on_the_release_that_it_began_with(moved: Move, product: str) -> None:
    run = moved.in_flight[product]
    assert ended(moved.live, product, run) == "success"
    assert moved.live.run(product, run["dag_run_id"])["bundle_version"] == str(moved.before)
    first = moved.live.publishes(product)[0]
    assert first.release == moved.before
    assert {row[2] for row in moved.live.rows(product) if row[0] == DAYS[0]} == {1}


def test_what_changed_moved_to_another_file_and_its_next_run_is_of_the_new_release(moved: Move) -> None:
    live = moved.live
    assert live.get(f"/dags/{STEADY}")["relative_fileloc"] == "mesh_floor_1.py"
    until(lambda: states(live, STEADY) == ["success"] * 3)
    assert [run["bundle_version"] for run in live.runs(STEADY)] == [str(moved.before), *[str(moved.after)] * 2]
    assert [publish.release for publish in live.publishes(STEADY)] == [moved.before, moved.after, moved.after]
    assert [(row[0], row[2]) for row in live.rows(STEADY)[::2]] == list(zip(DAYS, (1, 2, 2), strict=True))


def test_what_is_retired_starts_no_run_more(moved: Move) -> None:
    until(lambda: states(moved.live, LEAVING) == ["success"])
    assert [publish.release for publish in moved.live.publishes(LEAVING)] == [moved.before]
    assert moved.live.get(f"/dags/{LEAVING}")["timetable_summary"] is None


def test_what_is_broken_says_why_and_breaks_no_file(moved: Move) -> None:
    found = moved.live.get(f"/dags/{BROKEN}")
    assert [tag["name"] for tag in found["tags"]] == ["broken"]
    assert "tag cannot be longer" in found["description"]
    assert moved.live.get("/importErrors")["import_errors"] == []


def test_the_others_are_not_disturbed(moved: Move) -> None:
    for mode in MODES:
        runs = moved.live.runs(f"desk.by-{mode}")
        assert {run["bundle_version"] for run in runs} == {str(moved.before)}
        assert not moved.live.get(f"/dags/desk.by-{mode}")["has_import_errors"]


def test_a_run_that_is_cleared_to_a_revoked_release_is_refused_and_says_why(moved: Move) -> None:
    live, run_id = moved.live, moved.in_flight[STEADY]["dag_run_id"]
    until(lambda: states(live, STEADY) == ["success"] * 3)
    revoke(live.workspace, moved.before.short, "it leaks addresses", NOW)
    (noted,) = live.platform.home.glob("bundles/**/revoked.json")
    os.utime(noted, (0, 0))  # the minute that a worker takes its word is over
    clear = {"dry_run": False, "dag_run_id": run_id, "only_failed": False}
    live.post(f"/dags/{STEADY}/clearTaskInstances", **clear)
    assert until(lambda: (s := live.run(STEADY, run_id)["state"]) in ("success", "failed") and s) == "failed"
    assert live.get(f"/dags/{STEADY}/dagRuns/{run_id}/taskInstances/{STAGE}")["try_number"] == 2  # and not again
    said = live.log(STEADY, run_id, STAGE, 2)
    assert f"release {moved.before.short} was revoked: it leaks addresses" in said
    assert len(live.publishes(STEADY)) == 3
    live.post(f"/dags/{STEADY}/clearTaskInstances", **clear, run_on_latest_version=True)
    until(lambda: len(live.publishes(STEADY)) == 4)
    assert live.publishes(STEADY)[-1].release == moved.after
    assert {row[2] for row in live.rows(STEADY)} == {2}


def test_who_published_after_all_is_no_longer_too_late(moved: Move) -> None:
    until(lambda: states(moved.live, LEAVING) == ["success"])
    outcome = tick(moved.live.workspace, deployed(moved.live.workspace).graph, NOW)
    assert LEAVING not in {str(incident.cause) for incident in outcome.open}


def test_tasks_of_a_pool_of_one_slot_never_work_at_the_same_time(moved: Move) -> None:
    live = moved.live
    until(lambda: states(live, STEADY) == ["success"] * 3)
    assert live.get("/pools/floor")["slots"] == 1
    found = live.get("/dags/~/dagRuns/~/taskInstances", pool="floor", limit=100)["task_instances"]
    assert {task["dag_id"] for task in found} == {STEADY, LEAVING}
    # What waits for its source starts with its first look, and holds no slot between two.
    ended = [task for task in found if task["state"] == "success" and task["task_id"] != STAGE]
    worked = sorted((task["start_date"], task["end_date"]) for task in ended)
    assert all(end <= start for (_, end), (start, _) in pairwise(worked))


def test_a_pool_that_somebody_deletes_is_made_again_and_one_that_they_widen_stays_so(moved: Move) -> None:
    live = moved.live
    live.api.patch("/pools/floor", json={"pool": "floor", "slots": 3, "include_deferred": False}).raise_for_status()
    time.sleep(8)
    assert live.get("/pools/floor")["slots"] == 3
    live.api.delete("/pools/floor").raise_for_status()
    assert until(lambda: (answer := live.api.get("/pools/floor")).is_success and answer.json()["slots"]) == 1


def latest(live: Live, product: str) -> Latest:
    address = product_address(product)
    return live.workspace.observations().latest([address]).get(address, Latest())


def waiting(live: Live, product: str) -> dict[str, Any] | None:
    """Return the run of a product that waits for its source."""
    runs = [run for run in live.runs(product) if run["state"] == "running"]
    return next((r for r in runs if live.tasks(product, r["dag_run_id"])[STAGE] == "up_for_reschedule"), None)


def tags(live: Live, product: str) -> set[str]:
    return {tag["name"] for tag in live.get(f"/dags/{product}")["tags"]}


def test_a_dag_shows_whose_it_is_where_to_ask_and_what_it_promises(built: Live) -> None:
    found = built.get("/dags/desk.by-merge/details")
    assert (found["owners"], found["owner_links"]) == (["nadia"], {"nadia": "https://chat.example/desk"})
    assert found["description"] == "What was sold, by day."
    assert "### sales 1.0.0" in found["doc_md"]
    assert "| `amount` | integer | yes | How much. |" in found["doc_md"]


def partition_events(live: Live) -> list[dict[str, Any]]:
    assets = [a["id"] for a in live.get("/assets", limit=100)["assets"] if a["uri"] == PARTITIONS]
    return [e for a in assets for e in live.get("/assets/events", asset_id=a, limit=100)["asset_events"]]


def read_keys(live: Live) -> list[str]:
    return [run["partition_key"] for run in live.runs("reader")]


def ended(live: Live, product: str, run: dict[str, Any]) -> str:
    """Wait until a run has ended, and return how."""
    state: str = until(lambda: (s := live.run(product, run["dag_run_id"])["state"]) in ("success", "failed") and s)
    return state
