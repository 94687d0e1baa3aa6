"""Google's catalogue is told of what was published, and stops nothing."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.engine.bigquery.recorder import Recorder, recording

from meshwright.actions.announce import announce
from meshwright.compiler.compilation import compile_sound
from meshwright.model.address import product_address
from meshwright.model.identity import PublishId
from meshwright.model.product import DataProduct
from meshwright.model.publish import Publish, TableRows
from meshwright.model.time import interval
from meshwright.workspace.workspace import Workspace, open_workspace

FLIGHTS = Path(__file__).parents[2] / "examples" / "flights"
NOW = datetime(2013, 1, 4, tzinfo=UTC)
GROUP = "projects/acme/locations/eu/entryGroups/mesh"
ENTRIES = f"PATCH /{GROUP}/entries/aviation.carriers"


@pytest.fixture
def product(tmp_path: Path) -> DataProduct:
    return compile_sound(FLIGHTS, tmp_path / "cache").product(product_address("aviation.carriers"))


@pytest.fixture
def publish(product: DataProduct) -> Publish:
    tables = tuple(TableRows(table, 16) for table, _ in product.tables())
    day = interval("2013-01-03/2013-01-04")
    return Publish(product.address, PublishId("20130104T000000000000-00000000"), None, day, NOW, (), tables, NOW)


def workspace(catalog: str | None) -> Workspace:
    return open_workspace(FLIGHTS, {"MESH_CATALOG": catalog} if catalog else {}, {})


def test_each_entry_is_written_whether_it_was_there_or_not(product: DataProduct, publish: Publish) -> None:
    recorder = Recorder({ENTRIES: [(200, {})]})
    with recording(recorder) as url:
        assert announce(workspace(f"{url}/{GROUP}"), product, publish)
    assert [asked for asked, _ in recorder.asked] == [ENTRIES, f"{ENTRIES}.carriers-v1"]
    assert [body["name"] for _, body in recorder.asked] == [
        f"{GROUP}/entries/aviation.carriers", f"{GROUP}/entries/aviation.carriers.carriers-v1",
    ]  # fmt: skip


@pytest.mark.parametrize("answer", [(403, {"error": "no"}), (503, {})], ids=["refused", "down"])
def test_a_catalogue_that_takes_nothing_is_warned_of(
    product: DataProduct, publish: Publish, caplog: pytest.LogCaptureFixture, answer: tuple[int, dict[str, str]]
) -> None:
    with recording(Recorder({ENTRIES: [answer]})) as url, caplog.at_level(logging.WARNING):
        assert not announce(workspace(f"{url}/{GROUP}"), product, publish)
    assert f"the catalogue was not told of aviation.carriers: {answer[0]}" in caplog.text


def test_a_catalogue_whose_url_is_none_is_warned_of(
    product: DataProduct, publish: Publish, caplog: pytest.LogCaptureFixture
) -> None:
    assert not announce(workspace(f"http://somewhere:port/{GROUP}"), product, publish)
    assert "the catalogue was not told of aviation.carriers" in caplog.text


def test_without_a_catalogue_nobody_is_told(product: DataProduct, publish: Publish) -> None:
    assert not announce(workspace(None), product, publish)


def test_a_machine_that_google_does_not_know_is_warned_of(
    product: DataProduct,
    publish: Publish,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    assert not announce(workspace(GROUP), product, publish)
    assert "Google does not know this machine" in caplog.text
