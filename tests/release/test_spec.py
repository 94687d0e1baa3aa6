"""What Airflow is told of a product."""

from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.product import CronSchedule, DataProduct, OutputPort, OutputTable, ProductType, PublishMode
from meshwright.release.spec import spec_of

DAY = Column("day", LogicalType.DATE)


def port(name: str, mode: PublishMode) -> OutputPort:
    return OutputPort(name, "1.0.0", (OutputTable(Contract(name, (DAY,)), mode, partitions=("day",)),))


def test_a_partitioned_port_has_a_second_asset() -> None:
    ports = (port("sales", PublishMode.PARTITION), port("shops", PublishMode.REPLACE))
    address = ProductAddress("marketplace", "sales")
    spec = spec_of(DataProduct(address, ProductType.SOURCE_ALIGNED, "Sales.", CronSchedule("@daily"), (), ports))
    assert spec.outlets == (
        ("marketplace.sales:sales@1", "mesh://marketplace/sales/sales/v1"),
        ("marketplace.sales:shops@1", "mesh://marketplace/sales/shops/v1"),
    )
    assert spec.partitions == (
        ("marketplace.sales:sales@1/partitions", "mesh://marketplace/sales/sales/v1/partitions"),
    )
