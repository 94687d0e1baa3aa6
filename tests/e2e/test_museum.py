"""Museums: what is real and messy comes through whole: nothing lost, nothing changed, and what is wrong counted."""

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.museum import ABSENT, museum

from meshwright.actions.run import Outcome, run
from meshwright.compiler.compilation import compile_sound
from meshwright.model.address import product_address
from meshwright.model.naming import connection_variable
from meshwright.model.time import interval
from meshwright.workspace.workspace import Workspace, open_workspace

pytestmark = [
    pytest.mark.skipif(museum() is None, reason=ABSENT),
    pytest.mark.xdist_group("museum"),
]

MESH = Path(__file__).parents[1] / "data" / "museum"
DAY = interval("2026-01-01/2026-01-02")
NOW = datetime(2026, 1, 2, tzinfo=UTC)
PRODUCTS = ("collection.artworks", "collection.things", "collection.artists", "research.output")


@dataclass
class Published:
    """What came of the four products, and where they are."""

    workspace: Workspace
    outcomes: dict[str, Outcome]

    def rows(self, product: str) -> list[dict[str, Any]]:
        (table,) = self.outcomes[product].staged.tables
        found = self.workspace.engine().query("SELECT * FROM t", (("t", table.table),))
        return [dict(zip(found.columns, row, strict=True)) for row in found.rows]

    def found(self, product: str) -> dict[str, Decimal | None]:
        return {r.check: r.measured for r in self.outcomes[product].results if not r.passed or r.measured}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = museum()
    assert folder is not None
    state = tmp_path_factory.mktemp("museum")
    variables = {
        connection_variable("museum"): folder.as_uri(),
        "MESH_DATA": str(state / "data"),
        "MESH_DATABASE": f"sqlite:///{state / 'observations.db'}",
    }
    workspace = open_workspace(MESH, variables, {})
    graph = compile_sound(MESH, state / "cache")
    return Published(workspace, {p: run(workspace, graph, product_address(p), DAY, NOW) for p in PRODUCTS})


def lines(name: str) -> Iterator[dict[str, Any]]:
    folder = museum()
    assert folder is not None
    with gzip.open(folder / name, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def artists() -> list[dict[str, str]]:
    folder = museum()
    assert folder is not None
    with (folder / "tate_artists.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_published_and_what_is_set_aside_are_all_there_was(published: Published) -> None:
    counted = {p: [(t.rows, t.quarantined) for t in o.publish.tables] for p, o in published.outcomes.items()}
    assert counted["collection.artworks"] == [(69_202 - 19, 19)]
    assert counted["collection.things"] == [(28_258 - 1, 1)]
    assert counted["collection.artists"] == [(3_532, 0)]


def test_every_artwork_is_as_it_was_written(published: Published) -> None:
    given = {row["id"]: row for row in lines("tate_artworks.ndjson.gz")}
    names = {"dateText": "date_text", "acquisitionYear": "acquisition_year", "creditLine": "credit_line"}
    same = ("acno", "title", "dateText", "medium", "dimensions", "acquisitionYear", "creditLine", "classification")
    rows = published.rows("collection.artworks")
    for row in rows:
        before = given.pop(row["id"])
        assert {n: row[names.get(n, n)] for n in same} == {n: before[n] for n in same}
        assert [json.loads(row[n]) for n in ("contributors", "subjects")] == [
            before["contributors"],
            before["subjects"],
        ]
        year = (before["dateRange"] or {}).get("startYear")
        assert row["start_year"] == (None if year is None else str(year))
    assert sorted(row["dateRange"]["startYear"] for row in given.values()) == ["c.1997-9", *["no date"] * 18]


def test_every_thing_is_as_it_was_written(published: Published) -> None:
    given = {row["id"]: row for row in lines("cmoa_things.ndjson.gz")}
    for row in published.rows("collection.things"):
        before = given.pop(row["id"])
        for name, value in row.items():
            assert (name, _said(value, before[name])) == (name, before[name])
    assert [row["creation_date_latest"] for row in given.values()] == ["71959-07-01"]


def test_every_artist_is_as_it_was_written(published: Published) -> None:
    given = {int(row["id"]): row for row in artists()}
    for row in published.rows("collection.artists"):
        before = given.pop(row["id"])
        assert {n: "" if v is None else str(v) for n, v in row.items()} == before
    assert given == {}


def _said(value: object, before: object) -> object:
    """Return a published value as the file has it: a list is JSON, a day is text, a length is a number."""
    match before:
        case list():
            return json.loads(str(value))
        case float() | int():
            return float(str(value))
        case None:
            return value
        case _:
            return str(value)


def test_what_the_checks_found_is_what_the_museums_data_are_known_for(published: Published) -> None:
    things = published.found("collection.things")
    assert {c: things[f"{c}-measured"] for c in ("width", "height", "depth", "diameter")} == {
        "width": 1_927,
        "height": 1_089,
        "depth": 20_768 - 1,  # the photograph that was set aside has neither
        "diameter": 27_244 - 1,
    }
    assert {c: things[c] for c in ("title-there", "acquired-known", "made-in-order", "latest-is-a-day")} == {
        "title-there": 115,
        "acquired-known": 417,
        "made-in-order": 4,
        "latest-is-a-day": 1,
    }
    works = published.found("collection.artworks")
    assert (works["start-year-is-a-year"], works["acquisition-known"]) == (19, 46)
    assert published.found("collection.artists") == {"birth-known": 60}


def test_what_is_set_aside_says_why(published: Published) -> None:
    aside = published.workspace.engine().quarantine(product_address("collection.things"), 10)
    assert [q.checks for q in aside] == [("latest-is-a-day",)]


def test_a_product_of_it_counts_every_work(published: Published) -> None:
    known = {int(row["id"]): row["name"] for row in artists()}
    works: dict[int, int] = {}
    for work in published.rows("collection.artworks"):
        if work["artist_id"] in known:
            works[work["artist_id"]] = works.get(work["artist_id"], 0) + 1
    rows = published.rows("research.output")
    assert {row["artist_id"]: row["works"] for row in rows} == works
    assert max(rows, key=lambda row: int(row["works"]))["name"] == "Turner, Joseph Mallord William"
