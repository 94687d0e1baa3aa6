"""What a publish read and wrote, in the words of OpenLineage."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from meshwright.compiler.compilation import compile_sound
from meshwright.graph.graph import MeshGraph
from meshwright.interop.openlineage import Dataset, Field, Flow, flow
from meshwright.model.address import product_address
from meshwright.model.identity import PublishId
from meshwright.model.publish import Publish, TableRows
from meshwright.model.time import interval
from meshwright.release.frozen import frozen

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime(2013, 1, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeshGraph]:
    return compile_sound(EXAMPLES / "flights", tmp_path_factory.mktemp("cache"))


def published(graph: MeshGraph, address: str, rows: int) -> Flow:
    product = graph.product(product_address(address))
    tables = tuple(TableRows(table, rows) for table, _ in product.tables())
    publish_id = PublishId("20130104T000000000000-00000000")
    day = interval("2013-01-03/2013-01-04")
    return flow(frozen(graph, product), Publish(product.address, publish_id, None, day, NOW, (), tables, NOW))


def test_a_product_reads_ports_and_writes_its_own(graph: MeshGraph) -> None:
    found = published(graph, "punctuality.route-punctuality", 12)
    flights = Dataset("mesh", "aviation.flights:departures@1")
    weather = Dataset("mesh", "weather.hourly-weather:observations@1")
    [hourly] = found.written
    assert found.read == (flights, weather)
    assert (hourly.dataset, hourly.rows) == (Dataset("mesh", "punctuality.route-punctuality:hourly@1"), 12)
    assert set(hourly.sources["punctuality"]) == {Field(flights, "arrival_delay")}
    assert hourly.sources["visibility_miles"] == (Field(weather, "visibility_miles"),)
    assert set(hourly.sources) == {c.name for c in hourly.columns}


def test_what_a_source_reads_is_in_the_namespace_of_its_connection(graph: MeshGraph) -> None:
    found = published(graph, "aviation.carriers", 3)
    [read] = found.read
    assert read.namespace == "connection:airline-operations"
    [carriers] = found.written
    assert {f.dataset for fields in carriers.sources.values() for f in fields} == {read}
