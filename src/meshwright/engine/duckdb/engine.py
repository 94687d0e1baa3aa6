"""DuckDB: the engine that runs inside the process that calls it. Each verb is a module beside this one."""

from collections.abc import Collection, Iterable
from datetime import datetime

from meshwright.engine.attendant import Attendant
from meshwright.engine.capabilities import Capabilities
from meshwright.engine.duckdb.checks import check, check_published
from meshwright.engine.duckdb.connection import Limits
from meshwright.engine.duckdb.files import KEPT, open_files
from meshwright.engine.duckdb.publish import publish, publishes, quarantine, recent
from meshwright.engine.duckdb.query import query
from meshwright.engine.duckdb.restore import restorable, restore
from meshwright.engine.duckdb.session import Session
from meshwright.engine.duckdb.stage import stage, staged
from meshwright.engine.protocol import Recent, Rows, Work
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.identity import Connections, Keys, PublishId
from meshwright.model.product import DataProduct
from meshwright.model.publish import CheckResult, Publish, Quarantined, Staged
from meshwright.model.time import Interval
from meshwright.model.value import value

CAPABILITIES = Capabilities(name="DuckDB", dialect="duckdb", understands=("duckdb", "bigquery"), keeps=KEPT)


@value
class DuckDB:
    """All products of one data folder."""

    session: Session

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do."""
        return CAPABILITIES

    def stage(self, work: Work, now: datetime) -> Staged:
        """Build all output ports privately, under a new publish id."""
        return stage(self.session, work, now)

    def staged(self, product: DataProduct, publish_id: PublishId) -> Staged:
        """Return what was staged under an id."""
        return staged(self.session, product, publish_id)

    def check(self, product: DataProduct, publish_id: PublishId) -> tuple[CheckResult, ...]:
        """Hold what was staged against its contracts."""
        return check(self.session, product, publish_id)

    def check_published(
        self, product: DataProduct, tables: Collection[TableAddress], interval: Interval
    ) -> tuple[CheckResult, ...]:
        """Hold what consumers read of some tables against their contracts."""
        return check_published(self.session, product, tables, interval)

    def publish(self, product: DataProduct, publish_id: PublishId, now: datetime) -> Publish:
        """Make all staged ports visible at once."""
        return publish(self.session, product, publish_id, now)

    def discard(self, product: DataProduct, publish_id: PublishId) -> None:
        """Forget a stage."""
        self.session.files.discard(product.address, publish_id)

    def restorable(self, product: ProductAddress) -> tuple[Publish, ...]:
        """Return the earlier publishes that can be brought back, oldest first."""
        return restorable(self.session, product)

    def restore(self, product: ProductAddress, to: PublishId, now: datetime) -> Publish:
        """Bring the data of an earlier publish back."""
        return restore(self.session, product, to, now)

    def publishes(self, product: ProductAddress) -> tuple[Publish, ...]:
        """Return the product's publish log, oldest first."""
        return publishes(self.session, product)

    def quarantine(self, product: ProductAddress, most: int) -> tuple[Quarantined, ...]:
        """Return the rows of a product that were set aside last."""
        return quarantine(self.session, product, most)

    def recent(self, products: Iterable[ProductAddress], since: datetime) -> tuple[Recent, ...]:
        """Return what products have published lately."""
        return recent(self.session, products, since)

    def query(self, sql: str, tables: tuple[tuple[str, TableAddress], ...]) -> Rows:
        """Answer one SELECT over published tables."""
        return query(self.session, sql, tables)


def open_engine(
    data: str,
    connections: Connections,
    keys: Keys,
    *,
    memory: str | None,
    threads: int | None,
    attendant: Attendant,  # noqa: ARG001  # nothing goes on when this process is gone
) -> DuckDB:
    """Open the products below a folder of this host."""
    return DuckDB(Session(open_files(data), Limits(memory, threads), connections, keys))
