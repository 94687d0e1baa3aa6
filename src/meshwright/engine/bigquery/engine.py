"""BigQuery: the engine of production. Each verb is a module beside this one."""

from collections.abc import Collection, Iterable
from datetime import datetime

from meshwright.engine.attendant import Attendant
from meshwright.engine.bigquery.checks import check, check_published
from meshwright.engine.bigquery.connection import open_warehouse
from meshwright.engine.bigquery.log import read_log, recent
from meshwright.engine.bigquery.publish import publish
from meshwright.engine.bigquery.quarantine import quarantine
from meshwright.engine.bigquery.query import query
from meshwright.engine.bigquery.session import Session
from meshwright.engine.bigquery.stage import discard, stage, staged
from meshwright.engine.capabilities import Capabilities
from meshwright.engine.protocol import Recent, Rows, Work
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.errors import NotFound
from meshwright.model.identity import Connections, Keys, PublishId
from meshwright.model.product import DataProduct
from meshwright.model.publish import CheckResult, Publish, Quarantined, Staged
from meshwright.model.time import Interval
from meshwright.model.value import value

CAPABILITIES = Capabilities(name="BigQuery", dialect="bigquery", understands=("bigquery",))


@value
class BigQuery:
    """All products of one project, below one prefix."""

    session: Session

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do."""
        return CAPABILITIES

    def stage(self, work: Work, now: datetime) -> Staged:
        """Build all output ports privately, under a new publish id."""
        return stage(self._for(work.product), work, now)

    def staged(self, product: DataProduct, publish_id: PublishId) -> Staged:
        """Return what was staged under an id."""
        return staged(self._for(product), product, publish_id)

    def check(self, product: DataProduct, publish_id: PublishId) -> tuple[CheckResult, ...]:
        """Hold what was staged against its contracts."""
        return check(self._for(product), product, publish_id)

    def check_published(
        self, product: DataProduct, tables: Collection[TableAddress], interval: Interval
    ) -> tuple[CheckResult, ...]:
        """Hold what consumers read of some tables against their contracts."""
        return check_published(self.session, product, tables, interval)

    def publish(self, product: DataProduct, publish_id: PublishId, now: datetime) -> Publish:
        """Make all staged ports visible at once."""
        return publish(self._for(product), product, publish_id, now)

    def discard(self, product: DataProduct, publish_id: PublishId) -> None:
        """Forget a stage."""
        discard(self._for(product), product.address, publish_id)

    def restorable(self, product: ProductAddress) -> tuple[Publish, ...]:  # noqa: ARG002  # the engine's protocol
        """Return no publish: none is kept but the last."""
        return ()

    def restore(self, product: ProductAddress, to: PublishId, now: datetime) -> Publish:  # noqa: ARG002
        """Raise `NotFound`: nothing is kept of an earlier publish."""
        raise NotFound(f"BigQuery keeps nothing of publish {to} of `{product}`", hint="run the product again")

    def publishes(self, product: ProductAddress) -> tuple[Publish, ...]:
        """Return the product's publish log, oldest first."""
        return read_log(self.session, product)

    def quarantine(self, product: ProductAddress, most: int) -> tuple[Quarantined, ...]:
        """Return the rows of a product that were set aside last."""
        return quarantine(self.session, product, most)

    def recent(self, products: Iterable[ProductAddress], since: datetime) -> tuple[Recent, ...]:
        """Return what products have published lately."""
        return recent(self.session, products, since)

    def query(self, sql: str, tables: tuple[tuple[str, TableAddress], ...]) -> Rows:
        """Answer one SELECT over published tables."""
        return query(self.session, sql, tables)

    def _for(self, product: DataProduct) -> Session:
        return self.session.acting_for(product.address)


def open_engine(
    data: str,
    connections: Connections,
    keys: Keys,
    *,
    memory: str | None,
    threads: int | None,  # noqa: ARG001  # BigQuery has its own
    attendant: Attendant,
) -> BigQuery:
    """Open the products below `bigquery://project/prefix`."""
    return BigQuery(Session(open_warehouse(data, attendant), connections, keys, memory))
