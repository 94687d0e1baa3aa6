"""What BigQuery is sent, and what is made of its answers, where its emulator cannot show it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from google.api_core.exceptions import BadRequest
from tests.engine.bigquery.recorder import Answer, Recorder, recording

from meshwright.engine.attendant import Attendant
from meshwright.engine.bigquery.asking import lost_rows
from meshwright.engine.bigquery.connection import Warehouse, explained, open_warehouse
from meshwright.engine.bigquery.once import Step, run_once
from meshwright.engine.bigquery.session import Session
from meshwright.engine.registry import no_connections, no_keys, open_engine
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Check, Column, Contract, LogicalType, Metric, OfInput, Operator
from meshwright.model.errors import Busy, FinalError, MeshError, Refused, Underway
from meshwright.model.identity import PublishId
from meshwright.model.job import Job
from meshwright.model.product import DataProduct, InputsSchedule, OutputTable, ProductType, PublishMode
from meshwright.model.publish import Spent

NOW = datetime(2013, 2, 1, tzinfo=UTC)
ID = PublishId("20130201T000000000000-1a2b3c4d")
PUBLISHING = Step(ProductAddress("a", "b"), ID, "publish")
TABLE = PUBLISHING.product.port("sales", 1).table()
DONE, RUNNING = {"state": "DONE"}, {"state": "RUNNING"}
REFERENCE = {"jobReference": {"projectId": "shop", "jobId": "x", "location": "EU"}}
EMPTY: Answer = (200, {"jobComplete": True, "totalRows": "0", "schema": {"fields": []}, "jobReference": {"jobId": "x"}})
DUPLICATE: Answer = (409, {"error": {"code": 409, "message": "already", "errors": [{"reason": "duplicate"}]}})


def job(name: str = "x", status: dict[str, Any] = DONE, **statistics: Any) -> Answer:
    reference = {"projectId": "shop", "jobId": name, "location": "EU"}
    configuration = {"jobType": "QUERY", "query": {"query": "SELECT 1"}}
    found = {"jobReference": reference, "configuration": configuration, "status": status}
    return 200, {**found, "statistics": {"query": statistics}}


def failed(reason: str, message: str) -> dict[str, Any]:
    error = {"reason": reason, "message": message}
    return {"state": "DONE", "errorResult": error, "errors": [error]}


def error(code: int, reason: str, message: str) -> Answer:
    return code, {"error": {"code": code, "message": message, "errors": [{"reason": reason, "message": message}]}}


@contextmanager
def warehouse(**answers: list[Answer]) -> Iterator[tuple[Warehouse, Recorder]]:
    """Open a warehouse whose service answers `jobs`, `job` (one that was begun before) and `queries`."""
    places = {"jobs": "POST /jobs", "job": "GET /jobs/", "queries": "POST /queries", "results": "GET /queries/"}
    recorder = Recorder({places[name]: found for name, found in answers.items()})
    with recording(recorder) as address:
        yield open_warehouse(f"bigquery://shop/dev?location=EU&endpoint={address}"), recorder


def begun(recorder: Recorder) -> list[str]:
    return [body["jobReference"]["jobId"] for body in recorder.bodies("POST /jobs")]


def test_the_transaction_has_one_job_wherever_it_is_tried() -> None:
    with warehouse(jobs=[job()], results=[EMPTY]) as (opened, recorder):
        run_once(opened, PUBLISHING, "BEGIN TRANSACTION; COMMIT TRANSACTION")
    (body,) = recorder.bodies("POST /jobs")
    assert body["jobReference"] == {"projectId": "shop", "jobId": f"mesh_{ID}_publish", "location": "EU"}
    assert body["configuration"]["query"]["useLegacySql"] is False


def test_the_log_says_where_to_look_at_a_job(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"), warehouse(jobs=[job(f"mesh_{ID}_publish")], results=[EMPTY]) as (opened, _):
        run_once(opened, PUBLISHING, "BEGIN TRANSACTION; COMMIT TRANSACTION")
    page = f"https://console.cloud.google.com/bigquery?project=shop&j=bq:EU:mesh_{ID}_publish&page=queryresults"
    assert f"publish is {page}" in caplog.messages


def test_a_transaction_that_another_process_has_begun_is_waited_for() -> None:
    with warehouse(jobs=[DUPLICATE], job=[job()], results=[EMPTY]) as (opened, recorder):
        run_once(opened, PUBLISHING, "BEGIN TRANSACTION; COMMIT TRANSACTION")
    assert begun(recorder) == [f"mesh_{ID}_publish"]


def test_a_transaction_that_failed_has_another_attempt() -> None:
    before = job(status=failed("invalidQuery", "it was cancelled"))
    with warehouse(jobs=[DUPLICATE, job()], job=[before], results=[EMPTY]) as (opened, recorder):
        run_once(opened, PUBLISHING, "BEGIN TRANSACTION; COMMIT TRANSACTION")
    assert begun(recorder) == [f"mesh_{ID}_publish", f"mesh_{ID}_publish_2"]


def going_on(**answers: list[Answer]) -> Any:
    return warehouse(jobs=[job("x", RUNNING)], results=[(200, {"jobComplete": False, **REFERENCE})], **answers)


def test_a_job_that_goes_on_is_told_to_whom_will_not_wait() -> None:
    told: list[Job] = []
    with going_on(job=[job("x", RUNNING)]) as (opened, _), pytest.raises(Underway, match="publish goes on") as raised:
        run_once(replace(opened, attendant=Attendant(patience=0.1, tell=told.append)), PUBLISHING, "SELECT 1")
    assert told == [raised.value.job]
    assert (told[0].project, told[0].location, told[0].step) == ("shop", "EU", "publish")


def test_a_job_that_failed_while_it_was_awaited_is_not_followed_by_another() -> None:
    before = job(f"mesh_{ID}_publish", failed("invalidQuery", "it was cancelled"))
    awaiting = Attendant(awaited=f"mesh_{ID}_publish")
    with warehouse(jobs=[DUPLICATE, job()], job=[before]) as (opened, recorder), pytest.raises(BadRequest):
        run_once(replace(opened, attendant=awaiting), PUBLISHING, "SELECT 1")
    assert len(begun(recorder)) == 1


def test_jobs_of_a_table_are_told_apart_by_what_they_run() -> None:
    step = replace(PUBLISHING, called="check", table=TABLE)
    with warehouse(jobs=[job()], results=[EMPTY]) as (opened, recorder):
        for sql, values in (("SELECT 1", {}), ("SELECT 2", {}), ("SELECT 2", {"p": "x"}), ("SELECT 2", {"p": "x"})):
            run_once(opened, step, sql, values)
    first, second, third, fourth = begun(recorder)
    assert first.startswith(f"mesh_{ID}_check_sales_")
    assert len({first, second, third}) == 3
    assert third == fourth


def test_which_rows_are_lost_is_a_job_that_is_left_like_others() -> None:
    check = Check("kept", Metric.LOST_ROWS, Operator.EQUAL, (Decimal(0),), ("id",), of_input=OfInput("orders", ("id",)))
    table = OutputTable(Contract("sales", (Column("id", LogicalType.STRING),), (check,)), PublishMode.REPLACE)
    product = DataProduct(PUBLISHING.product, ProductType.AGGREGATE, "Sales.", InputsSchedule(), (), ())
    made, step = (
        (product.address.port("sales", 1).table(), table, "`made`"),
        replace(PUBLISHING, called="ask", table=TABLE),
    )
    with going_on(job=[job("x", RUNNING)]) as (opened, recorder):
        session = Session(replace(opened, attendant=Attendant(patience=0.1)), no_connections, no_keys)
        with pytest.raises(Underway, match=r"ask of a\.b:sales@1 goes on"):
            tuple(lost_rows(session, product, made, {"orders": "SELECT 1"}, step))
    (name,) = begun(recorder)
    assert name.startswith(f"mesh_{ID}_ask_sales_")


def test_what_a_job_took_that_was_begun_before_is_counted() -> None:
    found = job()
    found[1]["statistics"] |= {"startTime": "1000", "endTime": "8500"}
    with warehouse(jobs=[DUPLICATE], job=[found], results=[EMPTY]) as (opened, _):
        run_once(opened, PUBLISHING, "SELECT 1")
    assert opened.meter.away == 7.5


@pytest.mark.parametrize(
    ("kind", "reads", "says"),
    [
        pytest.param("SELECT", [("shop", "dev__a__b")], None, id="its inputs"),
        pytest.param("SELECT", [("shop", "dev__a__secret")], "is no input", id="another dataset"),
        pytest.param("SELECT", [("other", "dev__a__b")], "is no input", id="another project"),
        pytest.param("SCRIPT", [], "only one SELECT", id="several statements"),
        pytest.param("DROP_TABLE", [], "only one SELECT", id="another statement"),
    ],
)
def test_sql_is_judged_by_what_bigquery_says_that_it_reads(
    kind: str, reads: list[tuple[str, str]], says: str | None
) -> None:
    read = [{"projectId": project, "datasetId": dataset, "tableId": "t"} for project, dataset in reads]
    with warehouse(jobs=[job(statementType=kind, referencedTables=read)]) as (opened, recorder):
        if says is None:
            opened.one_select("SELECT 1", {"interval_start": NOW}, ["dev__a__b"])
        else:
            with pytest.raises(Refused, match=says):
                opened.one_select("SELECT 1", {"interval_start": NOW}, ["dev__a__b"])
    (body,) = recorder.bodies("POST /jobs")
    assert body["configuration"]["dryRun"] is True
    assert body["configuration"]["query"]["queryParameters"] == [
        {
            "name": "interval_start",
            "parameterType": {"type": "TIMESTAMP"},
            "parameterValue": {"value": "2013-02-01 00:00:00+00:00"},
        }
    ]


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        pytest.param(
            error(400, "invalidQuery", "Transaction is aborted due to concurrent update"), Busy, id="cancelled"
        ),
        pytest.param(error(403, "accessDenied", "Access Denied"), Refused, id="not allowed"),
        pytest.param(error(403, "quotaExceeded", "too many"), Busy, id="beyond a quota"),
        pytest.param(error(400, "invalidQuery", "Unrecognized name: nonsense"), FinalError, id="wrong SQL"),
    ],
)
def test_an_error_says_whether_trying_again_can_help(answer: Answer, meant: type[MeshError]) -> None:
    with warehouse(jobs=[answer]) as (opened, _), pytest.raises(meant) as raised, explained("publishing"):
        run_once(opened, PUBLISHING, "SELECT 1")
    assert type(raised.value) is meant


def test_jobs_say_whom_they_are_for_and_stages_expire() -> None:
    with warehouse(queries=[EMPTY]) as (opened, recorder):
        opened.run("SELECT 1", None, {"mesh-product": "sales"})
        recorder.answers["POST /datasets"] = [(200, {"datasetReference": {"projectId": "shop", "datasetId": "d"}})]
        opened.make_dataset("d", life=3600)
    (body,) = recorder.bodies("POST /queries")
    assert body["labels"] == {"managed-by": "meshwright", "mesh-product": "sales"}
    (made,) = recorder.bodies("POST /datasets")
    assert (made["defaultTableExpirationMs"], made["location"]) == ("3600000", "EU")


READ: Answer = (200, {**EMPTY[1], "jobReference": {"jobId": "x", "location": "EU"}, "totalBytesProcessed": "7"})


def billed(size: int, slots: int) -> Answer:
    return job(totalBytesBilled=str(size), totalSlotMs=str(slots))


def test_what_a_run_is_billed_is_asked_of_each_job_that_has_read_something() -> None:
    with warehouse(queries=[READ, EMPTY], job=[billed(10_485_760, 1500)]) as (opened, recorder):
        opened.run("SELECT 1 FROM big")
        opened.run("SELECT 1")
    assert opened.meter.spent == Spent(10_485_760, 1.5)
    assert [asked for asked, _ in recorder.asked if asked.startswith("GET")] == ["GET /jobs/x"]


def test_the_transaction_is_counted_too() -> None:
    with warehouse(jobs=[billed(20, 3000)], results=[EMPTY]) as (opened, _):
        run_once(opened, PUBLISHING, "BEGIN TRANSACTION; COMMIT TRANSACTION")
    assert opened.meter.spent == Spent(20, 3)


def test_a_product_whose_store_is_not_there_has_published_nothing() -> None:
    with recording(Recorder({})) as address:
        engine = open_engine("bigquery", f"bigquery://shop?endpoint={address}")
        assert engine.publishes(ProductAddress("a", "b")) == ()


@pytest.mark.parametrize(
    "data",
    ["/folder", "bigquery://", "gs://bucket", "bigquery://shop?region=EU"],
    ids=["a folder", "none", "gcs", "word"],
)
def test_a_place_that_is_no_project_is_refused_with_the_way_out(data: str) -> None:
    with pytest.raises(Refused) as raised:
        open_engine("bigquery", data)
    assert "bigquery://project" in raised.value.hint
