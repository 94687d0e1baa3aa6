"""Progress: what has been published since the last look, and whether anything is left to be done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from meshwright.actions.workspace import Workspace
from meshwright.cli.local.activity import Activity
from meshwright.model.address import ProductAddress
from meshwright.model.cron import last_interval
from meshwright.model.identity import PublishId
from meshwright.model.observation import Failure
from meshwright.model.product import CronSchedule, DataProduct
from meshwright.model.publish import Publish


@dataclass(frozen=True, slots=True)
class State:
    """Where a mesh stands: those that never published, and those with intervals left that nobody waits for."""

    unpublished: frozenset[str]
    behind: frozenset[str]


class Progress:
    """The products of one environment, followed from here on."""

    def __init__(self, workspace: Workspace, products: tuple[DataProduct, ...]) -> None:
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
        """Tell whether a cron's last complete interval is missing."""
        if not isinstance(product.schedule, CronSchedule) or product.address in self._failed:
            return False
        due = last_interval(product.schedule.cron, product.schedule.timezone, now)
        published = self._published.get(product.address)
        return due is not None and (published is None or published.watermark < due.end)
