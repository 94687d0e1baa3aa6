"""Every engine behaves the same: a test here runs on each of them.

What BigQuery's emulator cannot show is marked where it is asked, with the reason: `@emulator_lacks(…)`; for those
tests/engine/bigquery asserts what is sent instead.
"""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.engines.emulator import PROJECT, Missing, emulator
from tests.engines.shop import ENGINES, Shop

from meshwright.engine.registry import no_keys, open_engine
from meshwright.model.identity import Keys, Secret
from meshwright.model.mask import Pseudonym, Redact, TruncateText
from meshwright.model.product import PublishMode, Retention

OFTEN = {
    "mode": {PublishMode.MERGE},
    "first": {PublishMode.MERGE},
    "second": {PublishMode.PARTITION},
    "operator": set(),
    "retention": {Retention(timedelta(hours=2), "sold_at")},
    "mask": {Redact('it\'s \\ "nobody"'), TruncateText(2), Pseudonym("sale")},
    "tampering": {
        "DELETE FROM {ledger} WHERE sequence = 5",
    },
    "sql": {"SELECT * FROM '{secret}'", "DROP TABLE orders", "SELECT sale_id FROM orders) AS x; DROP TABLE orders; --"},
}
"""Of these parameters, the values that every run of the tests tries on BigQuery, whose emulator is slow."""

SELDOM = {
    "test_an_interval_run_again_replaces_what_it_published_in_both",
    "test_appended_rows_that_are_the_same_outlive_a_change_to_partitions",
    "test_partitions_may_be_told_apart_by_several_columns",
    "test_too_many_partitions_are_counted_and_not_named",
    "test_a_partition_is_named_by_its_value",
    "test_an_hour_that_never_ran_holds_the_watermark_until_it_has",
    "test_what_is_read_whole_has_no_gaps",
    "test_a_day_run_again_replaces_its_hours",
    "test_what_a_check_permits_is_not_set_aside",
    "test_what_columns_imply_sets_aside_too",
    "test_the_share_is_that_of_rows_not_of_reasons",
    "test_a_result_tells_what_was_found_and_that_it_was_set_aside",
    "test_consumers_find_no_quarantine",
    "test_a_column_added_later_is_empty_in_earlier_rows",
    "test_a_column_is_added_taken_back_and_added_again",
    "test_a_column_that_is_gone_is_there_again_when_its_release_is",
    "test_columns_in_another_order_and_in_other_capitals_are_the_same",
    "test_a_time_is_the_beginning_of_its_unit",
    "test_checks_see_what_consumers_will",
    "test_a_contract_implies_checks",
    "test_severity_and_the_manifest_say_what_a_failure_does",
    "test_other_checks_are_held_against_what_is_left",
    "test_an_older_interval_built_late_does_not_win_over_a_newer_one",
    "test_a_partition_that_a_rerun_no_longer_makes_gives_way_to_what_was_there_before",
    "test_a_dbt_projects_models_are_tables_and_its_tests_are_checks",
}
"""What on BigQuery shows code that all engines share, or what another test shows there: left to `make proof`."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to `make proof` what shows the same on BigQuery once more, in another mode."""
    for item in items:
        parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if "bigquery" not in (parameters.get("open_shop"), parameters.get("place")):
            continue
        others = any(value not in OFTEN[name] for name, value in parameters.items() if name in OFTEN)
        if others or getattr(item, "originalname", "") in SELDOM:
            item.add_marker(pytest.mark.proof)


@pytest.fixture(scope="session")
def bigquery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of an emulator of BigQuery, one for all tests."""
    try:
        with emulator(tmp_path_factory.mktemp("bigquery")) as address:
            yield address
    except Missing as error:
        pytest.skip(str(error))


ON_EACH = [pytest.param(e, marks=pytest.mark.xdist_group(e)) if e == "bigquery" else e for e in ENGINES]


@pytest.fixture(params=ON_EACH)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Give the name of an engine, and where a test's own products are kept on it."""
    return request.param, data_of(request, tmp_path)


@pytest.fixture(params=ON_EACH)
def open_shop(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Shop]:
    feed = tmp_path / "feed"
    feed.mkdir()
    connections = {"shop": Secret(feed.as_uri())}.get
    data = data_of(request, tmp_path)

    def open_it(keys: Keys = no_keys, **settings: object) -> Shop:
        engine = open_engine(request.param, data, connections=connections, keys=keys, threads=2)
        return Shop(engine, feed, **settings)  # type: ignore[arg-type]  # a test says what it needs

    return open_it


def data_of(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where a test's own products are kept."""
    if request.param != "bigquery":
        return str(tmp_path / "data")
    lacks = request.node.get_closest_marker("emulator_lacks")
    if lacks is not None:
        pytest.skip(f"bqemulator {lacks.args[0]}")
    address = request.getfixturevalue("bigquery")
    return f"bigquery://{PROJECT}/t{uuid.uuid4().hex[:8]}?endpoint={address}"
