"""Which partitions have names that others are told."""

import pytest

from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.naming import partitions_name, partitions_uri
from meshwright.model.product import OutputPort, OutputTable, PublishMode

DAY, PRICE = Column("day", LogicalType.DATE), Column("price", LogicalType.NUMBER)
REGION, MAIL = Column("region", LogicalType.STRING), Column("mail", LogicalType.STRING, classification="restricted")


def partitioned(*by: str, mode: PublishMode = PublishMode.PARTITION) -> OutputTable:
    return OutputTable(Contract("sales", (DAY, PRICE, REGION, MAIL)), mode, partitions=by)


@pytest.mark.parametrize("by", [DAY, REGION])
def test_the_values_of_one_column_are_names(by: Column) -> None:
    assert partitioned(by.name).partition == by


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(partitioned("price"), id="a number is no name"),
        pytest.param(partitioned("mail"), id="a classified text is not told"),
        pytest.param(partitioned("day", "region"), id="several columns"),
        pytest.param(partitioned("day", mode=PublishMode.APPEND), id="another way of publishing"),
    ],
)
def test_other_partitions_have_none(table: OutputTable) -> None:
    assert table.partition is None
    assert not OutputPort("sales", "1.0.0", (table,)).is_partitioned


def test_the_tables_of_a_port_are_partitioned_together() -> None:
    for by, together in (("day", True), ("region", False)):
        assert OutputPort("sales", "1.0.0", (partitioned("day"), partitioned(by))).is_partitioned is together


def test_partitions_have_an_asset_beside_that_of_their_port() -> None:
    port = ProductAddress("marketplace", "sales").port("sales", 1)
    assert partitions_name(port) == "marketplace.sales:sales@1/partitions"
    assert partitions_uri(port) == "mesh://marketplace/sales/sales/v1/partitions"
