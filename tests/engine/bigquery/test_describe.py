"""What BigQuery says of a table that its emulator does not: keys, policy tags, what may not be read whole."""

from typing import Any

import pytest
from tests.engine.bigquery.recorder import Answer, Recorder, recording
from tests.engine.bigquery.test_requests import error, job

from meshwright.engine.bigquery.describe import describe
from meshwright.engine.described import DescribedTable
from meshwright.model.errors import FinalError, NotFound, Refused
from meshwright.model.identity import Secret
from meshwright.model.product import VirtualSource

TAG, OTHER = (
    "projects/shop/locations/eu/taxonomies/1/policyTags/2",
    "projects/shop/locations/eu/taxonomies/1/policyTags/3",
)
REFERENCE = {"projectId": "shop", "datasetId": "own", "tableId": "orders"}
SOURCE = VirtualSource("shop-bq", "orders")


def column(name: str, kind: str = "STRING", *tags: str, **more: Any) -> dict[str, Any]:
    tagged = {"policyTags": {"names": list(tags)}} if tags else {}
    return {"name": name, "type": kind, **tagged, **more}


def answered(*columns: dict[str, Any], **more: Any) -> Answer:
    return 200, {"tableReference": REFERENCE, "schema": {"fields": list(columns)}, **more}


def described(*answers: Answer, tags: str = "", jobs: Answer | None = None) -> tuple[DescribedTable, Recorder]:
    recorder = Recorder({"GET /datasets/own/tables/orders": list(answers), "POST /jobs": [jobs or job()]})
    with recording(recorder) as address:
        url = f"bigquery://shop/own?endpoint={address}{tags}"
        return describe(SOURCE, Secret(url), ".mesh/local/data"), recorder


def test_keys_that_bigquery_was_told_are_those_of_the_contract() -> None:
    to = {"referencedTable": {**REFERENCE, "tableId": "customers"}}
    pairs = [{"referencingColumn": "customer", "referencedColumn": "id"}]
    constraints = {
        "primaryKey": {"columns": ["order_id"]},
        "foreignKeys": [{"name": "f", **to, "columnReferences": pairs}],
    }
    table, recorder = described(answered(column("order_id"), column("customer"), tableConstraints=constraints))
    assert table.key == ("order_id",)
    assert table.also == ("`customer` refers to `own.customers.id`",)
    (asked,) = recorder.bodies("POST /jobs")
    assert asked["configuration"]["dryRun"] is True, "whether it may be read is asked for, and nothing is read"
    assert asked["configuration"]["query"]["query"] == "SELECT * FROM `shop`.`own`.`orders`"


def test_how_long_texts_and_numbers_are_is_told() -> None:
    fields = (column("name", maxLength="20"), column("price", "NUMERIC", precision="9", scale="2", collation="und:ci"))
    table, _ = described(answered(*fields))
    assert [c.length for c in table.columns] == [20, None]
    assert table.also == ("`price` has at most 9 digits, 2 of them decimals",)
    assert table.told == ("texts of `price` are compared by `und:ci`, which no contract says",)


def test_a_policy_tag_that_the_environment_has_a_word_for_is_a_classification() -> None:
    inside = column("buyer", "RECORD", fields=[column("email", "STRING", TAG), column("city")])
    fields = (column("name", "STRING", TAG), inside, column("iban", "STRING", OTHER), column("price", "NUMERIC"))
    table, _ = described(answered(*fields), tags=f"&policyTag.personal={TAG}")
    assert [c.classification for c in table.columns] == ["personal", "personal", "", ""]
    assert [told for told in table.told if "policy tag" in told] == [
        f"`iban` has the policy tag `{OTHER}`, for which this environment has no word: say its `classification`"
    ]


def test_a_column_that_holds_what_is_classified_in_two_ways_is_told() -> None:
    inside = column("buyer", "RECORD", fields=[column("email", "STRING", TAG), column("iban", "STRING", OTHER)])
    table, _ = described(answered(inside), tags=f"&policyTag.personal={TAG}&policyTag.secret={OTHER}")
    assert [c.classification for c in table.columns] == [""]
    assert "`buyer` holds what is `personal` and `secret`: say its `classification`" in table.told


def test_a_table_that_may_not_be_read_whole_is_told_and_not_asked_for() -> None:
    by_day = {"type": "DAY", "field": "day", "expirationMs": "86400000"}
    lies = {"timePartitioning": by_day, "requirePartitionFilter": True, "expirationTime": "1772366400000"}
    table, recorder = described(answered(column("day", "DATE"), **lies))
    view = "have a view read the partitions that matter, and take that over"
    assert table.told == (
        "it is partitioned by the DAY of `day`: its store keeps it so, and no manifest says it",
        f"BigQuery refuses what reads all of it, as checks do: {view}",
        "it is gone at 2026-03-01T12:00:00Z",
        "a partition of it is gone after 1d, which the manifest does not say",
    )
    assert recorder.bodies("POST /jobs") == []


def test_what_may_not_be_read_is_no_product() -> None:
    denied = error(403, "accessDenied", "Access Denied: Table shop:own.orders")
    with pytest.raises(Refused, match="Access Denied"):
        described(answered(column("order_id")), jobs=denied)


def test_a_table_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="table `orders` of connection `shop-bq` is not there"):
        described(error(404, "notFound", "not there"))


def test_an_environment_on_bigquery_asks_and_else_the_connection_must_say_where() -> None:
    recorder = Recorder({"GET /datasets/own/tables/orders": [answered(column("a"))], "POST /jobs": [job()]})
    with recording(recorder) as address:
        describe(SOURCE, Secret("bigquery:///own"), f"bigquery://shop/dev?endpoint={address}")
    assert len(recorder.asked) == 2
    with pytest.raises(FinalError, match="names no project"):
        describe(SOURCE, Secret("bigquery:///own"), ".mesh/local/data")
