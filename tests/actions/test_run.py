"""A run from a mesh's folder, as `mesh run` does it, and from a released record, as Airflow's tasks do."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from meshwright.actions import run
from meshwright.cli.query import command as query
from meshwright.cli.run import command as mesh_run
from meshwright.cli.status import command as status
from meshwright.compiler.compilation import compile_sound
from meshwright.model.address import ProductAddress, product_address
from meshwright.model.errors import ChecksFailed, FinalError, InputsNotReady, NothingNew
from meshwright.model.identity import Digest, PublishId
from meshwright.model.time import Interval
from meshwright.release.frozen import frozen
from meshwright.release.queries import queries_of
from meshwright.release.record import Contents, Record
from meshwright.workspace.workspace import Workspace, open_workspace

NOW = datetime(2026, 1, 3, 0, 30, tzinfo=UTC)
FIRST = Interval(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
SECOND = Interval(FIRST.end, datetime(2026, 1, 3, tzinfo=UTC))
ORDERS, REVENUE, REGISTER = (product_address(f"shop.{name}") for name in ("orders", "revenue", "register"))

FILES = {
    "mesh.yaml": """
        apiVersion: meshwright/v1
        kind: Mesh
        name: shop
        """,
    "domains/shop/domain.yaml": """
        apiVersion: meshwright/v1
        kind: Domain
        description: A shop.
        """,
    "domains/shop/orders/product.yaml": """
        apiVersion: meshwright/v1
        kind: DataProduct
        description: {purpose: Every order.}
        schedule: {cron: "0 0 * * *"}
        inputPorts:
          - name: feed
            source: {block: files, connection: till, path: "{start:%Y-%m-%d}.csv", format: csv, every: 1d}
            contract:
              schema:
                - name: feed
                  properties:
                    - {name: order_id, logicalType: string, primaryKey: true}
                    - {name: price, logicalType: number}
        outputPorts:
          - name: orders
            version: 1.0.0
            contract:
              schema:
                - name: orders
                  properties:
                    - {name: order_id, logicalType: string, primaryKey: true}
                    - name: price
                      logicalType: number
                      required: true
        """,
    "domains/shop/revenue/product.yaml": """
        apiVersion: meshwright/v1
        kind: DataProduct
        description: {purpose: What the shop earned.}
        schedule: {on: inputs}
        inputPorts:
          - {name: orders, from: "shop.orders:orders@1"}
        outputPorts:
          - name: revenue
            version: 1.0.0
            contract:
              schema:
                - name: revenue
                  properties:
                    - {name: orders, logicalType: integer}
                    - {name: revenue, logicalType: number}
        """,
    "domains/shop/revenue/revenue.sql": "SELECT count(*) AS orders, sum(price) AS revenue FROM orders\n",
    "domains/shop/register/product.yaml": """
        apiVersion: meshwright/v1
        kind: DataProduct
        description: {purpose: Who works here.}
        outputPorts:
          - name: people
            version: 1.0.0
            virtual: {connection: office, table: people}
            contract:
              schema:
                - name: people
                  properties:
                    - {name: person, logicalType: string, primaryKey: true}
        """,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / "mesh" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = content.strip("\n").splitlines()
        indent = min(len(line) - len(line.lstrip()) for line in lines)
        path.write_text("\n".join(line[indent:] for line in lines) + "\n")
    till = tmp_path / "till"
    till.mkdir()
    (till / "2026-01-01.csv").write_text("order_id,price\na,1.5\nb,2\n")
    (till / "2026-01-02.csv").write_text("order_id,price\nc,4\n")
    with duckdb.connect(str(tmp_path / "office.duckdb")) as office:
        office.execute("CREATE TABLE people AS SELECT 'ann' AS person UNION SELECT 'bob'")
    return tmp_path / "mesh"


def variables(root: Path) -> dict[str, str]:
    return {
        "MESH_CONN_TILL": (root.parent / "till").as_uri(),
        "MESH_CONN_OFFICE": f"duckdb:///{root.parent / 'office.duckdb'}",
        "HOME": str(root.parent),
    }


@pytest.fixture
def workspace(root: Path) -> Workspace:
    return open_workspace(root, variables(root), {})


def built(workspace: Workspace, address: ProductAddress, interval: Interval | None = None) -> run.Outcome:
    graph = compile_sound(workspace.root, workspace.cache)
    return run.run(workspace, graph, address, interval, NOW)


def record(workspace: Workspace, address: ProductAddress) -> Record:
    product = compile_sound(workspace.root, workspace.cache).product(address)
    assert product is not None
    queries = tuple(q for made in product.tables() for q in queries_of(*made, None, ("duckdb",)))
    return Record(Digest.of(b"release"), Contents(product, queries))


def test_a_run_publishes_and_is_remembered(workspace: Workspace) -> None:
    outcome = built(workspace, ORDERS, FIRST)
    assert outcome.publish.rows == 2
    assert not outcome.publish.synthetic
    assert all(r.passed for r in outcome.results)
    latest = workspace.observations().latest([ORDERS])[ORDERS]
    assert latest.publish == outcome.publish


def test_a_product_goes_on_where_its_inputs_do(workspace: Workspace) -> None:
    built(workspace, ORDERS, FIRST)
    assert built(workspace, REVENUE).publish.interval == FIRST
    with pytest.raises(NothingNew):
        built(workspace, REVENUE)
    later = built(workspace, ORDERS).publish
    outcome = built(workspace, REVENUE)
    assert outcome.publish.interval == Interval(FIRST.end, later.watermark)
    assert outcome.publish.inputs[0].publish_id == later.publish_id
    answer = workspace.engine().query("SELECT * FROM r", (("r", REVENUE.port("revenue", 1).table()),))
    assert [str(v) for v in answer.rows[0]] == ["3", "7.500000000"]


def test_a_failed_check_is_said_remembered_and_changes_nothing(workspace: Workspace) -> None:
    kept = built(workspace, ORDERS, FIRST).publish
    (workspace.root.parent / "till" / "2026-01-02.csv").write_text("order_id,price\nc,\n")
    with pytest.raises(ChecksFailed, match="1 of 1 rows without a value in `price`"):
        built(workspace, ORDERS)
    assert workspace.engine().publishes(ORDERS) == (kept,)
    failure = workspace.observations().latest([ORDERS])[ORDERS].failure
    assert failure is not None
    assert failure.step == "check"


def test_what_is_made_up_is_marked_all_the_way_down(root: Path) -> None:
    nowhere = open_workspace(root, {"HOME": str(root.parent)}, {})
    assert built(nowhere, ORDERS).publish.synthetic
    assert built(nowhere, REVENUE).publish.synthetic


def test_a_virtual_product_is_checked_in_place_and_copied_nowhere(workspace: Workspace) -> None:
    outcome = built(workspace, REGISTER)
    assert outcome.publish.rows == 2
    assert outcome.publish.watermark == NOW
    port = (("people", REGISTER.port("people", 1).table()),)
    with duckdb.connect(str(workspace.root.parent / "office.duckdb")) as office:
        office.execute("INSERT INTO people VALUES ('cleo'), ('bob')")
    assert workspace.engine().query("SELECT count(*) FROM people", port).rows == ((4,),)
    with pytest.raises(ChecksFailed, match="same `person`"):
        built(workspace, REGISTER)
    file = Path(workspace.settings.data, "shop", "register", "data.duckdb").read_bytes()
    assert b"office.duckdb" not in file, "where it is served is not written down, only the connection's name"


def test_the_steps_of_a_released_product_need_only_the_publish_id(workspace: Workspace) -> None:
    orders = record(workspace, ORDERS)
    staged = run.stage(workspace, orders, FIRST, NOW)
    run.check(workspace, orders, staged.publish_id, NOW)
    published = run.publish(workspace, orders, staged.publish_id, FIRST, NOW)
    assert run.publish(workspace, orders, staged.publish_id, FIRST, NOW + timedelta(hours=1)) == published
    assert published.release == Digest.of(b"release")


def test_runs_beside_each_other_each_publish_their_interval_once(workspace: Workspace) -> None:
    """As in a backfill, whose runs Airflow starts all at once."""
    orders = record(workspace, ORDERS)
    staged = [(day, run.stage(workspace, orders, day, NOW)) for day in (FIRST, SECOND)]
    for day, stage in staged:
        run.check(workspace, orders, stage.publish_id, NOW)
        run.publish(workspace, orders, stage.publish_id, day, NOW)
    publishes = workspace.engine().publishes(ORDERS)
    assert [publish.interval for publish in publishes] == [FIRST, SECOND]
    assert publishes[-1].publish_id != staged[-1][1].publish_id
    assert publishes[-1].watermark == SECOND.end


@pytest.mark.parametrize("stage_is_left", [True, False], ids=["before it forgot its first stage", "after"])
def test_a_run_that_was_overtaken_and_died_after_its_publish_publishes_no_second_time(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, stage_is_left: bool
) -> None:
    orders = record(workspace, ORDERS)
    first, second = (run.stage(workspace, orders, day, NOW) for day in (FIRST, SECOND))
    run.publish(workspace, orders, first.publish_id, FIRST, NOW)
    with monkeypatch.context() as died:
        if stage_is_left:
            died.setattr(type(workspace.engine()), "discard", lambda *_: None)
        published = run.publish(workspace, orders, second.publish_id, SECOND, NOW)
    assert run.publish(workspace, orders, second.publish_id, SECOND, NOW) == published
    assert len(workspace.engine().publishes(ORDERS)) == 2


def test_a_run_that_was_overtaken_by_one_that_built_the_same_news_has_nothing_left(workspace: Workspace) -> None:
    built(workspace, ORDERS, FIRST)
    revenue = record(workspace, REVENUE)
    first, second = (run.stage(workspace, revenue, None, NOW) for _ in range(2))
    run.publish(workspace, revenue, first.publish_id, None, NOW)
    with pytest.raises(NothingNew):
        run.publish(workspace, revenue, second.publish_id, None, NOW)
    assert len(workspace.engine().publishes(REVENUE)) == 1


def test_a_released_product_is_never_made_up(root: Path) -> None:
    nowhere = open_workspace(root, {"HOME": str(root.parent)}, {})
    with pytest.raises(InputsNotReady):
        run.stage(nowhere, record(nowhere, REVENUE), None, NOW)


def test_a_released_product_is_built_without_what_it_does_not_require(workspace: Workspace) -> None:
    manifest = workspace.root / "domains/shop/revenue/product.yaml"
    refunds = '  - {name: refunds, from: "shop.refunds:orders@1", required: false}\n'
    manifest.write_text(manifest.read_text().replace("outputPorts:", f"{refunds}outputPorts:"))
    shutil.copytree(workspace.root / "domains/shop/orders", workspace.root / "domains/shop/refunds")
    (workspace.root / "domains/shop/refunds/orders.sql").write_text("SELECT order_id, -price AS price FROM feed\n")
    both = "(SELECT price FROM orders UNION ALL SELECT price FROM refunds) AS both_of_them"
    (manifest.parent / "revenue.sql").write_text(f"SELECT count(*) AS orders, sum(price) AS revenue FROM {both}\n")
    graph = compile_sound(workspace.root, workspace.cache)
    product = graph.product(REVENUE)
    assert product is not None
    revenue = Record(Digest.of(b"release"), frozen(graph, product))
    for address, earned in ((ORDERS, Decimal("3.5")), (product_address("shop.refunds"), 0)):
        built(workspace, address, FIRST)
        staged = run.stage(workspace, revenue, None, NOW)
        run.check(workspace, revenue, staged.publish_id, NOW)
        run.publish(workspace, revenue, staged.publish_id, None, NOW)
        answer = workspace.engine().query("SELECT revenue FROM r", (("r", REVENUE.port("revenue", 1).table()),))
        assert answer.rows == ((earned,),)
    first, second = workspace.engine().publishes(REVENUE)
    assert [read.publish_id is None for read in (*first.inputs, *second.inputs)] == [False, True, False, False]
    assert first.watermark == second.watermark == FIRST.end


def test_a_product_is_not_built_where_its_data_may_not_lie(root: Path) -> None:
    manifest = root / "domains/shop/orders/product.yaml"
    manifest.write_text(f"{manifest.read_text()}regions: [eu, uk]\n")
    abroad = open_workspace(root, {**variables(root), "MESH_REGION": "us"}, {})
    says = "data of `shop.orders` may lie in `eu`, `uk`, and this environment keeps them in `us`"
    for build in (lambda: built(abroad, ORDERS, FIRST), lambda: run.stage(abroad, record(abroad, ORDERS), FIRST, NOW)):
        with pytest.raises(FinalError, match=says):
            build()
    at_home = open_workspace(root, {**variables(root), "MESH_REGION": "uk"}, {})
    assert built(at_home, ORDERS, FIRST).staged.product == ORDERS


def test_sql_that_fails_is_remembered_with_its_step(workspace: Workspace) -> None:
    built(workspace, ORDERS, FIRST)
    (workspace.root / "domains/shop/revenue/revenue.sql").write_text(
        "SELECT count(*) AS orders, CAST('x' || max(price) AS DECIMAL) AS revenue FROM orders\n"
    )
    with pytest.raises(FinalError):
        built(workspace, REVENUE)
    latest = workspace.observations().latest([REVENUE])[REVENUE]
    assert latest.failure is not None
    assert latest.failure.step == "stage"


def test_an_engine_that_cannot_be_opened_is_remembered_with_the_step_that_needs_it(workspace: Workspace) -> None:
    elsewhere = replace(workspace, settings=replace(workspace.settings, engine="sparrow"))
    staged = PublishId("20130104T000000000000-00000000")
    for step, take in {
        "stage": lambda: run.stage(elsewhere, record(workspace, ORDERS), FIRST, NOW),
        "publish": lambda: run.publish(elsewhere, record(workspace, ORDERS), staged, FIRST, NOW),
    }.items():
        with pytest.raises(FinalError, match="there is no engine `sparrow`"):
            take()
        failure = workspace.observations().latest([ORDERS])[ORDERS].failure
        assert failure is not None
        assert (failure.step, failure.reason) == (step, "there is no engine `sparrow`")


def test_mesh_run_and_query_speak_to_people_and_programs(root: Path) -> None:
    runner = CliRunner(env=variables(root) | {"MESH_UNTIL": "2026-01-03T00:30:00Z"})
    at = ["--mesh", str(root)]
    said = runner.invoke(mesh_run, ["shop.revenue", "--upstream", *at], catch_exceptions=False)
    assert "building shop.orders" in said.stderr
    shutil.rmtree(root / ".mesh")
    said = runner.invoke(mesh_run, ["shop.orders", "--interval", "2026-01-01/2026-01-02", *at], catch_exceptions=False)
    assert "shop.orders:orders@1  2         2" in said.stdout
    assert "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z" in said.stdout
    sql = "SELECT order_id, price FROM shop.orders.orders ORDER BY 1"
    asked = [runner.invoke(query, [sql, *at, "--format", f], catch_exceptions=False) for f in ("text", "json", "csv")]
    assert asked[0].stdout.splitlines() == ["order_id  price", "a         1.5", "b         2"]
    assert json.loads(asked[1].stdout) == [{"order_id": "a", "price": 1.5}, {"order_id": "b", "price": 2}]
    assert asked[2].stdout == "order_id,price\na,1.5\nb,2\n"


def test_rows_that_were_set_aside_are_told_and_shown(root: Path) -> None:
    manifest = root / "domains/shop/orders/product.yaml"
    aside = "    onFail: {price-required: quarantine}\n    quarantine: {atMost: 50%}\n    contract:\n"
    head, _, contract = manifest.read_text().rpartition("    contract:\n")
    manifest.write_text(head + aside + contract)
    (root.parent / "till" / "2026-01-01.csv").write_text("order_id,price\na,1.5\nb,\n")
    runner = CliRunner(env=variables(root) | {"MESH_UNTIL": "2026-01-03T00:30:00Z"})
    done = runner.invoke(mesh_run, ["shop.orders", "--interval", "2026-01-01/2026-01-02", "--mesh", str(root)])
    assert "SET ASIDE" in done.stdout
    assert (
        "price-required: 1 of 2 rows without a value in `price`, which should be 0; they were set aside" in done.stdout
    )
    assert "`mesh status shop.orders --quarantine` shows the rows" in done.stdout
    told = runner.invoke(status, ["--mesh", str(root)]).stdout
    assert "shop.orders: the last publish set 1 row aside" in told
    words = ["shop.orders", "--quarantine", "--mesh", str(root)]
    (row,) = json.loads(runner.invoke(status, [*words, "--format", "json"]).stdout)
    assert (row["table"], row["checks"]) == ("shop.orders:orders@1", ["price-required"])
    assert row["row"] == {"order_id": "b", "price": None}
    assert '{"order_id":"b","price":null}' in runner.invoke(status, words).stdout
    assert "ever set aside" in runner.invoke(status, ["shop.revenue", *words[1:]]).stdout
    assert runner.invoke(status, words[1:]).exit_code == 2
