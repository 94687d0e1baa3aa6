"""Who may read a product, and what BigQuery is sent so that they do."""

import re
from typing import Any

import pytest
from tests.engine.bigquery.recorder import Answer, Recorder, recording

from meshwright.engine.bigquery.grants import EVERYBODY, Grants, grant, grants
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.offer import RowGrant
from meshwright.model.product import (
    CronSchedule,
    DataProduct,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
)

SALES = ProductAddress("marketplace", "sales")
TABLE = OutputTable(Contract("sales", (Column("sale_id", LogicalType.STRING),)), PublishMode.REPLACE)
ADMIN = {"role": "OWNER", "userByEmail": "admin@acme.org"}
AUDITORS = {"role": "READER", "groupByEmail": "auditors@acme.org"}
GONE = {"role": "READER", "groupByEmail": "mesh-trust@acme.org"}
PROJECT = {"role": "READER", "specialGroup": "projectReaders"}
STORED = "/datasets/marketplace__sales__store/tables/sales/rowAccessPolicies"
ANSWERED = {
    "jobComplete": True,
    "totalRows": "1",
    "schema": {"fields": [{"name": "f0_", "type": "STRING"}]},
    "jobReference": {"projectId": "shop", "jobId": "x"},
}
PLACE = "`shop`.`marketplace__sales__store`.`sales`"
GROWTH = RowGrant("growth", (("sale_id", ('it\'s "a"', "b")),))
VIEWS = {"dataset": {"dataset": {"projectId": "shop", "datasetId": "marketplace__sales"}, "targetTypes": ["VIEWS"]}}


def product(rows: tuple[RowGrant, ...] = (), **readers: tuple[str, ...] | None) -> DataProduct:
    ports = tuple(OutputPort(name, "1.0.0", (TABLE,), readers=domains, rows=rows) for name, domains in readers.items())
    return DataProduct(SALES, ProductType.SOURCE_ALIGNED, "Sales.", CronSchedule("@hourly"), (), ports)


def table(port: str) -> Any:
    return SALES.port(port, 1).table()


def test_who_may_read_all_ports_reads_the_dataset_and_others_single_views() -> None:
    assert grants(product(sales=("trust",))) == Grants(
        frozenset({"marketplace", "trust"}), ((table("sales"), frozenset()),)
    )
    assert grants(product(sales=None)).whole == {EVERYBODY}
    assert grants(product(sales=("trust", "growth"), raw=("trust",))) == Grants(
        frozenset({"marketplace", "trust"}), ((table("sales"), frozenset({"growth"})), (table("raw"), frozenset()))
    )


def asked(
    made: DataProduct,
    access: list[dict[str, Any]],
    policy: dict[str, Any],
    data: str = "",
    known: tuple[str, ...] | None = None,
) -> Recorder:
    """Grant what a product says, where its datasets let these in; return what was asked.

    `known` are the names of the row policies that a table has; None: it never had any.
    """
    labels = {} if known is None else {"mesh-rows": "limited"}

    def dataset(name: str) -> list[Answer]:
        reference = {"projectId": "shop", "datasetId": name}
        return [(200, {"datasetReference": reference, "access": access, "labels": labels})]

    recorder = Recorder(
        {
            "GET /datasets/marketplace__sales": dataset("marketplace__sales"),
            "GET /datasets/marketplace__sales__store": dataset("marketplace__sales__store"),
            "PATCH /datasets/marketplace__sales": dataset("marketplace__sales"),
            "PATCH /datasets/marketplace__sales__store": dataset("marketplace__sales__store"),
            "POST /datasets/": [(200, policy)],
            f"GET {STORED}": [
                (200, {"rowAccessPolicies": [{"rowAccessPolicyReference": {"policyId": p}} for p in known or ()]})
            ],
            "POST /queries": [(200, {**ANSWERED, "rows": [{"f": [{"v": "mesh@acme.iam.gserviceaccount.com"}]}]})],
        }
    )
    with recording(recorder) as address:
        grant(f"bigquery://shop?endpoint={address}{data}", made)
    return recorder


READERS = "&readers=mesh-{domain}@acme.org"


def test_datasets_let_in_the_groups_of_domains_and_keep_what_is_not_theirs() -> None:
    recorder = asked(product(sales=("growth",)), [ADMIN, PROJECT, AUDITORS, GONE], {}, READERS)
    groups = [{"role": "READER", "groupByEmail": f"mesh-{name}@acme.org"} for name in ("growth", "marketplace")]
    assert [body["access"] for body in recorder.bodies("PATCH /datasets/marketplace__sales__store")] == [
        [ADMIN, AUDITORS, VIEWS]
    ], "raw rows are read by views alone"
    assert recorder.bodies("PATCH /datasets/")[-1]["access"] == [ADMIN, AUDITORS, *groups]


def test_a_port_for_some_is_a_binding_of_its_view() -> None:
    before = {
        "bindings": [{"role": "roles/bigquery.dataViewer", "members": ["group:mesh-trust@acme.org", "user:a@b.c"]}]
    }
    recorder = asked(product(sales=("growth",), own=()), [ADMIN], before, READERS)
    wanted = {name: body["policy"]["bindings"] for name, body in recorder.asked if name.endswith("setIamPolicy")}
    (viewers,) = wanted["POST /datasets/marketplace__sales/tables/sales:setIamPolicy"]
    assert sorted(viewers["members"]) == ["group:mesh-growth@acme.org", "user:a@b.c"]
    (viewers,) = wanted["POST /datasets/marketplace__sales/tables/own:setIamPolicy"]
    assert viewers["members"] == ["user:a@b.c"], "who may no longer read it is taken out"


def test_what_is_granted_already_is_not_granted_again() -> None:
    group = {"role": "READER", "groupByEmail": "mesh-all@acme.org"}
    recorder = asked(product(sales=None), [ADMIN, group], {}, READERS)
    assert [request for request, _ in recorder.asked if request.startswith("PATCH")] == [
        "PATCH /datasets/marketplace__sales__store"
    ]
    assert not [request for request, _ in recorder.asked if request.endswith("setIamPolicy")]


def test_without_groups_others_decide_who_reads() -> None:
    assert asked(product(sales=("growth",)), [ADMIN], {}).asked == []


def told(recorder: Recorder) -> list[str]:
    """Return the SQL that was sent, without the digests that row policies are called after."""
    return [re.sub(r"mesh_[0-9a-f]{16}", "mesh_…", body["query"]) for body in recorder.bodies("POST /queries")]


def created(recorder: Recorder) -> list[str]:
    """Return the names of the row policies that were made."""
    sent = (body["query"] for body in recorder.bodies("POST /queries"))
    return [found[0] for sql in sent if sql.startswith("CREATE") and (found := re.search(r"mesh_[0-9a-f]{16}", sql))]


def test_rows_are_hidden_before_somebody_is_let_in() -> None:
    recorder = asked(product(rows=(GROWTH,), sales=("trust",)), [ADMIN, AUDITORS], {}, READERS)
    growth, whole = "group:mesh-growth@acme.org", ["group:mesh-marketplace@acme.org", "group:mesh-trust@acme.org"]
    others = ["serviceAccount:mesh@acme.iam.gserviceaccount.com", "user:admin@acme.org"]
    rows = '`sale_id` IN (CAST("it\'s \\"a\\"" AS STRING), CAST("b" AS STRING))'

    def creation(condition: str, *members: str) -> str:
        listed = ", ".join(f'"{member}"' for member in members)
        return (
            f"CREATE ROW ACCESS POLICY IF NOT EXISTS `mesh_…` ON {PLACE} GRANT TO ({listed}) FILTER USING ({condition})"
        )

    assert told(recorder) == [
        "SELECT SESSION_USER()",
        creation("TRUE", "group:auditors@acme.org", growth, *whole, *others),
        creation("TRUE", "group:auditors@acme.org", *whole, *others),
        creation(rows, growth),
        f"DROP ROW ACCESS POLICY IF EXISTS `mesh_…` ON {PLACE}",
    ], "the first names everybody, and goes when the others are there"
    requests = [request for request, _ in recorder.asked]
    let_in = requests.index("PATCH /datasets/marketplace__sales")
    assert max(n for n, request in enumerate(requests) if request == "POST /queries") < let_in
    assert {"role": "READER", "groupByEmail": "mesh-growth@acme.org"} in recorder.asked[let_in][1]["access"]


def test_rows_that_are_hidden_already_are_left_as_they_are() -> None:
    limited = product(rows=(GROWTH,), sales=("trust",))
    _, *names = created(asked(limited, [ADMIN], {}, READERS))
    again = asked(limited, [ADMIN], {}, READERS, known=(*names, "by_hand"))
    assert told(again) == ["SELECT SESSION_USER()"]


def test_other_rows_are_shown_before_those_of_before_are_hidden() -> None:
    _, whole, shown = created(asked(product(rows=(GROWTH,), sales=()), [ADMIN], {}, READERS))
    other = product(rows=(RowGrant("growth", (("sale_id", ("c",)),)),), sales=())
    recorder = asked(other, [ADMIN], {}, READERS, known=(whole, shown))
    _, creation, removal = [body["query"] for body in recorder.bodies("POST /queries")]
    assert creation.endswith('FILTER USING (`sale_id` IN (CAST("c" AS STRING)))')
    assert removal == f"DROP ROW ACCESS POLICY IF EXISTS `{shown}` ON {PLACE}"


@pytest.mark.parametrize(
    ("known", "sent"),
    [
        pytest.param(("mesh_1", "mesh_2"), [f"DROP ALL ROW ACCESS POLICIES ON {PLACE}"], id="ours alone"),
        pytest.param(
            ("mesh_1", "by_hand"), [f"DROP ROW ACCESS POLICY IF EXISTS `mesh_1` ON {PLACE}"], id="others stay"
        ),
        pytest.param((), [], id="gone already"),
    ],
)
def test_rows_are_shown_again_when_nobody_reads_who_may_not(known: tuple[str, ...], sent: list[str]) -> None:
    recorder = asked(product(sales=()), [ADMIN, GONE], {}, READERS, known=known)
    assert told(recorder) == sent
    requests = [request for request, _ in recorder.asked]
    assert "PATCH /datasets/marketplace__sales" in requests[: requests.index(f"GET {STORED}")]


def test_tables_that_never_hid_rows_are_not_asked() -> None:
    assert not asked(product(sales=()), [ADMIN], {}, READERS).bodies(f"GET {STORED}")
