"""Who may read a product, and what BigQuery is sent so that they do."""

from typing import Any

from tests.engine.bigquery.recorder import Answer, Recorder, recording

from meshwright.engine.bigquery.grants import EVERYBODY, Grants, grant, grants
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
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
VIEWS = {"dataset": {"dataset": {"projectId": "shop", "datasetId": "marketplace__sales"}, "targetTypes": ["VIEWS"]}}


def product(**readers: tuple[str, ...] | None) -> DataProduct:
    ports = tuple(OutputPort(name, "1.0.0", (TABLE,), readers=domains) for name, domains in readers.items())
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


def asked(made: DataProduct, access: list[dict[str, Any]], policy: dict[str, Any], data: str = "") -> Recorder:
    """Grant what a product says, where its datasets let these in; return what was asked."""

    def dataset(name: str) -> list[Answer]:
        return [(200, {"datasetReference": {"projectId": "shop", "datasetId": name}, "access": access})]

    recorder = Recorder(
        {
            "GET /datasets/marketplace__sales": dataset("marketplace__sales"),
            "GET /datasets/marketplace__sales__store": dataset("marketplace__sales__store"),
            "PATCH /datasets/": dataset("marketplace__sales"),
            "POST /datasets/": [(200, policy)],
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
