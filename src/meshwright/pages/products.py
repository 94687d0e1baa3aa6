"""Products: what does each deliver, and does it keep its promises? The one read model of `mesh status` and the pages.

The state of a product is the gravest thing that is true of it:

    broken      a promise is broken now
    failed      the last run failed; what was published before is untouched
    noData      nothing has been published yet
    synthetic   what is published was made from generated or fixture data
    ok          none of these
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from meshwright.gate.effects.cost_words import taken_text
from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.observation import COUNTED, Use
from meshwright.model.product import DataProduct, ProductType
from meshwright.model.publish import Publish
from meshwright.model.ratio import Ratio
from meshwright.model.slo import SloState, SloStatus, slo_name
from meshwright.model.time import Watermark, instant_text
from meshwright.model.value import value
from meshwright.observe.histories import Latest
from meshwright.oncall.reason import overrun_text
from meshwright.slo.promises import evaluated, promised
from meshwright.slo.standing import settled
from meshwright.workspace.deployed import shown
from meshwright.workspace.histories import histories
from meshwright.workspace.workspace import Workspace


class ProductState(StrEnum):
    """What is to be said first of a product."""

    BROKEN = "broken"
    FAILED = "failed"
    NO_DATA = "noData"
    SYNTHETIC = "synthetic"
    OK = "ok"


@value
class ProductRow:
    """One product as it stands. `rows` counts those of all its ports; None where nothing was published.

    `use` is how often its ports were read in the last 28 days; None where nobody counts.
    """

    address: ProductAddress
    type: ProductType
    description: str
    owner: str | None
    state: ProductState
    reason: str
    publish: Publish | None
    slos: tuple[SloStatus, ...]
    use: tuple[tuple[PortAddress, Use], ...] | None = None

    @property
    def read(self) -> str:
        """How often its ports were read lately; empty where nobody counts."""
        return "" if self.use is None else use_text(self.use)

    @property
    def last_publish(self) -> datetime | None:
        """When it last published."""
        return None if self.publish is None else self.publish.published_at

    @property
    def rows(self) -> int | None:
        """How many rows all its ports hold."""
        return None if self.publish is None else self.publish.rows

    @property
    def took(self) -> str:
        """What its last run took: seconds, and what it was billed for; empty where nothing was published."""
        return "" if self.publish is None else taken_text(self.publish)

    @property
    def watermark(self) -> Watermark | None:
        """Up to where its data is complete."""
        return None if self.publish is None else self.publish.watermark


def product_rows(workspace: Workspace, now: datetime) -> tuple[ProductRow, ...]:
    """Return every product that the environment runs or, before its first deployment, that the teams committed.

    In the repository of a domain alone, those that are built there.
    """
    graph = shown(workspace)
    observations = workspace.observations()
    promises = promised(graph)
    found = histories(observations, promises, now)
    statuses = tuple(settled(observations.standing(), evaluated(promises, found, now)))
    products = tuple(p for p in graph.mesh.products if p.file or not workspace.is_apart)
    use = observations.use((now - COUNTED).date())
    return rows_of(products, observations.latest(graph.order), statuses, use)


def rows_of(
    products: Iterable[DataProduct],
    latest: Mapping[ProductAddress, Latest],
    statuses: Iterable[SloStatus],
    use: Mapping[PortAddress, Use] | None = None,
) -> tuple[ProductRow, ...]:
    """Return the rows of products, in their order, from what is known of them."""
    by_product: dict[ProductAddress, list[SloStatus]] = {}
    for status in statuses:
        by_product.setdefault(status.port.product, []).append(status)
    return tuple(
        _row(product, latest.get(product.address, Latest()), tuple(by_product.get(product.address, ())), use)
        for product in products
    )


def use_text(use: Iterable[tuple[PortAddress, Use]]) -> str:
    """Say how often ports were read in the last 28 days."""
    told = [f"`{port.name}@{port.major}` {_often(one)}" for port, one in use]
    return f"in the last {COUNTED.days} days {' and '.join(told)}"


def _often(use: Use) -> str:
    if not use.reads:
        return "was not read"
    times, days = ("once" if use.reads == 1 else f"{use.reads:,} times"), f"{use.days} day{'s' if use.days > 1 else ''}"
    return f"was read {times} on {days}, by {use.readers:,} reader{'s' if use.readers > 1 else ''} at most on one"


def _use_of(product: DataProduct, use: Mapping[PortAddress, Use]) -> tuple[tuple[PortAddress, Use], ...]:
    ports = (product.port_address(port) for port in product.outputs)
    return tuple((port, use.get(port, Use(0, 0, 0))) for port in ports)


def products_json(rows: Iterable[ProductRow]) -> list[dict[str, Any]]:
    """Return rows in their documented JSON shape (docs/guides/on-call.md)."""
    return [_plain(row) for row in rows]


def _row(
    product: DataProduct, latest: Latest, statuses: tuple[SloStatus, ...], use: Mapping[PortAddress, Use] | None
) -> ProductRow:
    state, reason = _state(latest, statuses)
    return ProductRow(
        product.address,
        product.type,
        product.description,
        product.owner,
        state,
        reason,
        latest.publish,
        statuses,
        None if use is None else _use_of(product, use),
    )


def _state(latest: Latest, statuses: tuple[SloStatus, ...]) -> tuple[ProductState, str]:
    """Return the gravest thing that is true, and why; a run that only waits is no failure."""
    broken = [s for s in statuses if s.state is SloState.BROKEN]
    run = _run_words(latest)
    if broken:
        promises = [f"{slo_name(s.slo)}: {s.reason}" for s in broken]
        return ProductState.BROKEN, "; ".join([*promises, *([run] if run else [])])
    if latest.failure is not None and not latest.failure.waiting:
        return ProductState.FAILED, run
    if latest.publish is None:
        return ProductState.NO_DATA, run or "nothing has been published yet"
    aside = _aside_words(latest.publish)
    if latest.publish.synthetic:
        return ProductState.SYNTHETIC, "; ".join(["made from generated or fixture data", *aside])
    return ProductState.OK, "; ".join([*([run] if run else []), *aside])


def _aside_words(publish: Publish) -> list[str]:
    many = publish.quarantined
    return [f"the last publish set {many:,} row{'s' if many > 1 else ''} aside"] if many else []


def _run_words(latest: Latest) -> str:
    failure = latest.failure
    if failure is None:
        return overrun_text(latest.overrun) if latest.overrun else ""
    return f"waiting: {failure.reason}" if failure.waiting else f"{failure.step} failed: {failure.reason}"


def _plain(row: ProductRow) -> dict[str, Any]:
    published = row.publish
    return {
        "address": str(row.address),
        "type": row.type.value,
        "description": row.description,
        "owner": row.owner,
        "state": row.state.value,
        "reason": row.reason,
        "lastPublish": _text(row.last_publish),
        "publishId": None if published is None else str(published.publish_id),
        "release": None if published is None or published.release is None else str(published.release),
        "rows": row.rows,
        "quarantined": None if published is None else published.quarantined,
        "watermark": _text(row.watermark),
        "took": None if published is None else _plain_took(published),
        "reads": None if row.use is None else [_plain_use(*one) for one in row.use],
        "slos": [_plain_slo(status) for status in row.slos],
    }


def _plain_took(publish: Publish) -> dict[str, Any]:
    spent = publish.spent
    return {
        "seconds": publish.seconds,
        "bytesBilled": None if spent is None else spent.billed,
        "slotSeconds": None if spent is None else spent.slots,
        "bytesStored": None if spent is None else spent.stored,
    }


def _plain_use(port: PortAddress, use: Use) -> dict[str, Any]:
    return {"port": str(port), "reads": use.reads, "days": use.days, "readersAtMost": use.readers}


def _plain_slo(status: SloStatus) -> dict[str, Any]:
    return {
        "port": str(status.port),
        "slo": slo_name(status.slo),
        "objective": _number(status.slo.objective),
        "state": status.state.value,
        "reason": status.reason,
        "since": _text(status.since),
        "sli": _number(status.sli),
        "budgetLeft": status.budget_left,
        "burn": status.burn,
    }


def _text(value: datetime | None) -> str | None:
    return None if value is None else instant_text(value)


def _number(value: Ratio | None) -> float | None:
    return None if value is None else float(value.value)
