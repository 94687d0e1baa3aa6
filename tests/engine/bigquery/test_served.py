"""What BigQuery is asked for where it serves a virtual product itself, and what a view of ours tells."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from google.cloud import bigquery
from tests.engine.bigquery.recorder import Recorder, recording
from tests.engine.bigquery.test_requests import job

from meshwright.engine.bigquery.connection import open_warehouse
from meshwright.engine.bigquery.served import behind, quoted, served
from meshwright.engine.bigquery.session import Session
from meshwright.engine.registry import no_keys
from meshwright.model.errors import FinalError, Refused
from meshwright.model.identity import Secret
from meshwright.model.product import VirtualSource

URLS = {"place": "bigquery://shop/things", "project": "bigquery://other"}


@contextmanager
def session() -> Iterator[tuple[Session, Recorder]]:
    told = {"tableReference": {"projectId": "other", "datasetId": "things", "tableId": "t"}, "schema": {"fields": []}}
    recorder = Recorder({"GET ": [(200, told)], "POST /jobs": [job()]})
    with recording(recorder) as address:
        opened = open_warehouse(f"bigquery://shop?endpoint={address}")
        yield Session(opened, lambda name: Secret(URLS[name]), no_keys), recorder


@pytest.mark.parametrize(
    ("connection", "table", "asked"),
    [
        pytest.param("place", "t", "/datasets/things/tables/t", id="a table of the connection's dataset"),
        pytest.param("place", "more.t", "/datasets/more/tables/t", id="of another one"),
        pytest.param("project", "more.t", "/bigquery/v2/projects/other/datasets/more/tables/t", id="of its project"),
        pytest.param("place", "far.more.t", "/bigquery/v2/projects/far/datasets/more/tables/t", id="of another one's"),
    ],
)
def test_a_table_is_where_its_connection_and_its_name_say(connection: str, table: str, asked: str) -> None:
    with session() as (opened, recorder):
        assert quoted(served(opened, VirtualSource(connection, table))) == "`other`.`things`.`t`"
    assert [request for request, _ in recorder.asked] == [f"GET {asked}"]


def test_a_table_in_no_dataset_is_not_asked_for() -> None:
    with session() as (opened, recorder), pytest.raises(FinalError, match="is in no dataset"):
        served(opened, VirtualSource("project", "t"))
    assert recorder.asked == []


def test_sql_that_reads_a_view_may_read_what_is_behind_it() -> None:
    view, of_somebody = bigquery.Table("shop.a.b"), bigquery.Table("shop.a.c")
    view.view_query, of_somebody.view_query = "SELECT `a` FROM `other`.`things`.`t`", "SELECT 1"
    assert behind([view, of_somebody]) == {"other.things"}
    read = [{"projectId": "other", "datasetId": "things", "tableId": "t"}]
    with session() as (opened, recorder):
        recorder.answers["POST /jobs"] = [job(statementType="SELECT", referencedTables=read)]
        opened.warehouse.one_select("SELECT 1", {}, {"a", *behind([view])})
        with pytest.raises(Refused, match="is no input"):
            opened.warehouse.one_select("SELECT 1", {}, {"a", "things"})
