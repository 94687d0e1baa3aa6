"""Progress: what has been published since the last look, and whether anything is left to be done."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from meshwright.cli.local.activity import Activity
from meshwright.model.address import ProductAddress
from meshwright.model.cron import last_interval
from meshwright.model.identity import PublishId
from meshwright.model.observation import Failure
from meshwright.model.product import CronSchedule, DataProduct, InputsSchedule
from meshwright.model.publish import Publish
from meshwright.model.value import value
from meshwright.workspace.workspace import Workspace


@value
class State:
    """Where a mesh stands: those that never published, and those with intervals left that nobody waits for."""

    unpublished: frozenset[str]
    behind: frozenset[str]


class Progress:
    """The products of one environment, followed from here on."""

    def __init__(self, workspace: Workspace, products: Sequence[DataProduct]) -> None:
        self._observations = workspace.observations()
        self._products = products
        self._published: dict[ProductAddress, Publish] = {}
        self._failed: dict[ProductAddress, Failure] = {}
        self._told: set[PublishId | Failure] = set()
        self._look()
        self._told |= {p.publish_id for p in self._published.values()} | set(self._failed.values())

    def news(self) -> Iterator[Publish | Failure]:
        """Yield what products have published, or failed at, since the last look."""
        self._look()
        for address in sorted({*self._published, *self._failed}):
            publish, failure = self._published.get(address), self._failed.get(address)
            if publish and publish.publish_id not in self._told:
                self._told.add(publish.publish_id)
                yield publish
            if failure and failure not in self._told:
                self._told.add(failure)
                yield failure

    def state(self, activity: Activity, now: datetime) -> State:
        """Return what is left to be done, as far as schedules and waits tell."""
        unpublished = {str(p.address) for p in self._products if p.address not in self._published}
        behind = {str(p.address) for p in self._products if self._is_behind(p, now)}
        return State(frozenset(unpublished), frozenset(behind - activity.waiting))

    def _look(self) -> None:
        latest = self._observations.latest(p.address for p in self._products)
        self._published = {address: found.publish for address, found in latest.items() if found.publish}
        self._failed = {address: found.failure for address, found in latest.items() if found.failure}

    def _is_behind(self, product: DataProduct, now: datetime) -> bool:
        """Tell whether a run of the product is due, or about to be, that neither failed nor waits for its source."""
        due, failure = self._due(product, now), self._failed.get(product.address)
        driven = isinstance(product.schedule, InputsSchedule)
        if due is None or (failure is not None and not (driven and failure.waiting)):
            return False
        published = self._published.get(product.address)
        return published is None or published.watermark < due

    def _due(self, product: DataProduct, now: datetime) -> datetime | None:
        """Return up to where the product can be complete: its cron's last interval, or where its inputs end."""
        match product.schedule:
            case CronSchedule(cron=cron, timezone=timezone):
                interval = last_interval(cron, timezone, now)
                return None if interval is None else interval.end
            case InputsSchedule():
                inputs = [self._published.get(p.port.product) for p in product.inputs if p.port and p.required]
                return min((i.watermark for i in inputs if i), default=None) if all(inputs) else None
