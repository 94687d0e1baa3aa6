"""Session: what every verb of the engine works with, and where it finds the tables of a product."""

from dataclasses import replace

from meshwright.engine.bigquery.connection import Warehouse
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.identity import Connections, Keys, PublishId
from meshwright.model.naming import dataset, stage_dataset, stage_table, store_dataset, stored_table
from meshwright.model.value import value

LOG, HEAD, QUARANTINE = "_publish_log", "_head", "_quarantine"
"""What a product's store holds beside its rows; the names of tables begin with a letter."""


@value
class Session:
    """A warehouse, where URLs and keys come from, and how much `memory` code may take beside this process."""

    warehouse: Warehouse
    connections: Connections
    keys: Keys
    memory: str | None = None

    def acting_for(self, product: ProductAddress) -> "Session":
        """Return the same, as the account that the work of a product's domain runs as."""
        return replace(self, warehouse=self.warehouse.acting_for(product.domain))

    def offered(self, table: TableAddress) -> str:
        """Return the quoted name of the view in which consumers read a table."""
        return self.warehouse.place(self.dataset(table.port.product), stored_table(table))

    def held(self, table: TableAddress) -> str:
        """Return the quoted name of the rows of a table."""
        return self.store(table.port.product, stored_table(table))

    def past(self, table: TableAddress) -> str:
        """Return the quoted name of the versions that a table's rows have replaced."""
        return self.store(table.port.product, f"_past_{stored_table(table)}")

    def store(self, product: ProductAddress, table: str) -> str:
        """Return the quoted name of a table of a product's store."""
        return self.warehouse.place(self.store_dataset(product), table)

    def staged(self, product: ProductAddress, publish_id: PublishId, part: str) -> str:
        """Return the quoted name of a table of a stage."""
        return self.warehouse.place(self.stage_dataset(product), stage_table(publish_id, part))

    def dataset(self, product: ProductAddress) -> str:
        """Return the dataset that consumers read."""
        return dataset(product, self.warehouse.prefix)

    def store_dataset(self, product: ProductAddress) -> str:
        """Return the dataset of a product's store."""
        return store_dataset(product, self.warehouse.prefix)

    def stage_dataset(self, product: ProductAddress) -> str:
        """Return the dataset of a product's stages."""
        return stage_dataset(product, self.warehouse.prefix)
