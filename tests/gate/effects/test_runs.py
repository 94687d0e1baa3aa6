"""What a change lets run: the next run, what is caught up, what stays as it was built, and whom it starts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.gate.meshes import (
    MESH,
    NOW,
    RANKING_ADDRESS,
    SALES,
    SALES_ADDRESS,
    SALES_SQL,
    Edit,
    edit_port,
    edit_product,
    edit_table,
    linked,
    with_products,
)

from meshwright.gate.effects.runs import CatchUp, Runs
from meshwright.gate.effects.surroundings import Surroundings
from meshwright.gate.plan import plan
from meshwright.model.address import ProductAddress
from meshwright.model.mesh import Mesh
from meshwright.model.product import CronSchedule, InputsSchedule, Member, PublishMode, Transform
from meshwright.model.time import Interval

SINCE = datetime(2026, 2, 27, 22, 30, tzinfo=UTC)
NEW = ProductAddress("marketplace", "artwork-resales")
OTHER_SQL = Transform(SALES_SQL.replace("note", "upper(note) AS note"), "duckdb", "sales.sql")


def let_run(mesh: Mesh) -> Runs:
    return plan(linked(MESH), linked(mesh), NOW, Surroundings(SINCE)).runs


def changed(*edits: Edit) -> Runs:
    product = SALES
    for edit in edits:
        product = edit(product)
    return let_run(with_products(product))


def test_a_product_runs_next_when_its_schedule_says_and_starts_what_it_drives() -> None:
    found = changed(edit_product(schedule=CronSchedule("30 6 * * *", "Europe/Brussels")))
    (run,) = found.touched
    assert (run.product, run.at) == (SALES_ADDRESS, datetime(2026, 3, 2, 5, 30, tzinfo=UTC))
    assert found.following == (RANKING_ADDRESS,)


def test_what_inputs_drive_has_no_hour_of_its_own() -> None:
    (run,) = changed(edit_product(schedule=InputsSchedule())).touched
    assert (run.at, run.clock) == (None, None)


def test_words_and_people_let_nothing_run() -> None:
    edits = (edit_product(description="Other words", team=(Member("tomas", "productOwner"),)), edit_port(samples=()))
    assert changed(*edits) == Runs()
    assert changed(edit_port(version="1.3.0")) == Runs()


def test_a_new_product_catches_up_all_intervals_of_the_environment() -> None:
    new = replace(SALES, address=NEW, schedule=CronSchedule("0 */6 * * *"))
    (run,) = let_run(with_products(new)).touched
    first = Interval(datetime(2026, 2, 28, tzinfo=UTC), datetime(2026, 2, 28, 6, tzinfo=UTC))
    assert run.catch_up == CatchUp(6, first)
    assert run.rebuild is None


def test_a_new_product_catches_up_nothing_where_intervals_begin_now() -> None:
    new = replace(SALES, address=NEW)
    (run,) = plan(linked(MESH), linked(with_products(new)), NOW).runs.touched
    assert run.catch_up is None


def test_a_merged_table_keeps_what_older_sql_has_built() -> None:
    (run,) = changed(edit_table(transform=OTHER_SQL)).touched
    assert run.rebuild is not None
    assert run.rebuild.tables == (SALES_ADDRESS.port("sales", 1).table(),)
    assert (run.rebuild.dags, run.rebuild.span) == ((SALES_ADDRESS,), Interval(SINCE, NOW))


def test_a_table_that_is_replaced_whole_keeps_nothing() -> None:
    replaced = edit_table(mode=PublishMode.REPLACE)(SALES)
    after = edit_table(transform=OTHER_SQL)(replaced)
    (run,) = plan(linked(with_products(replaced)), linked(with_products(after)), NOW, Surroundings(SINCE)).runs.touched
    assert run.rebuild is None


def test_what_inputs_drive_is_built_again_by_the_clock_behind_it() -> None:
    ranking = replace(MESH.products[0], outputs=edit_table(mode=PublishMode.MERGE)(MESH.products[0]).outputs)
    sql = "SELECT artist, MAX(price) AS revenue FROM sales GROUP BY artist"
    after = edit_table(transform=Transform(sql, "duckdb", "ranking.sql"))(ranking)
    (run,) = plan(linked(with_products(ranking)), linked(with_products(after)), NOW, Surroundings(SINCE)).runs.touched
    assert run.rebuild is not None
    assert run.rebuild.dags == (SALES_ADDRESS,)


def test_a_removed_product_runs_no_more_and_one_that_others_changed_is_not_mentioned() -> None:
    theirs = replace(SALES, address=NEW, schedule=CronSchedule("5 * * * *"))
    both = with_products(theirs)
    alone = replace(both, products=tuple(p for p in both.products if p.address != RANKING_ADDRESS))
    found = plan(linked(both), linked(alone), NOW + timedelta(minutes=1)).runs
    assert found == Runs()
