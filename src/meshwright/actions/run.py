"""Run: build a product for an interval: stage, check, publish.

`stage`, `check` and `publish` each work in a process of their own, as Airflow's tasks do; `run` composes them on a
laptop. What happened is remembered with each step. A failed check changes nothing that is published.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from meshwright.engine.protocol import Engine, Work
from meshwright.model.address import ProductAddress
from meshwright.model.errors import (
    ChecksFailed,
    FinalError,
    InputsNotReady,
    NotFound,
    NothingNew,
    Overtaken,
    SourceNotReady,
    TransientError,
)
from meshwright.model.identity import PublishId
from meshwright.model.naming import CHECK, PUBLISH, STAGE
from meshwright.model.observation import Failure
from meshwright.model.product import DataProduct
from meshwright.model.publish import CheckResult, Publish, Staged
from meshwright.model.time import Interval
from meshwright.model.value import value
from meshwright.release.record import Record
from meshwright.runs.buildable import Buildable, committed, released
from meshwright.runs.intervals import interval_of
from meshwright.workspace.retry import look_again
from meshwright.workspace.workspace import Workspace

if TYPE_CHECKING:
    from meshwright.graph.graph import MeshGraph

log = logging.getLogger(__name__)


@value
class Outcome:
    """A run that published: what was staged, what its checks found (warnings among it), and the log's entry."""

    staged: Staged
    results: tuple[CheckResult, ...]
    publish: Publish


def stage(workspace: Workspace, record: Record, interval: Interval | None, now: datetime) -> Staged:
    """Build a released product privately; without an `interval`, for the one that its schedule and inputs give.

    Raises `InputsNotReady` or `SourceNotReady` when it is too early, `NothingNew` when there is nothing to build.
    """
    with _remembering(workspace, record.product.address, STAGE, now):
        _refuse_elsewhere(workspace, record.product)
        engine = workspace.engine()
        return _stage(engine, released(record, engine.capabilities), interval, now)


def _refuse_elsewhere(workspace: Workspace, product: DataProduct) -> None:
    """Raise `FinalError` where a product's data may not lie: what was released elsewhere is not built here."""
    region = workspace.settings.region
    if region is not None and product.regions and region not in product.regions:
        where = ", ".join(f"`{name}`" for name in product.regions)
        message = f"data of `{product.address}` may lie in {where}, and this environment keeps them in `{region}`"
        raise FinalError(message, hint="build it where its data may lie")


def check(workspace: Workspace, record: Record, publish_id: PublishId, now: datetime) -> tuple[CheckResult, ...]:
    """Hold what was staged against its contracts. Raises `ChecksFailed`, and then forgets the stage."""
    with _remembering(workspace, record.product.address, CHECK, now, publish_id):
        engine = workspace.engine()
        return _check(workspace, engine, record.speaking(engine.capabilities.dialect), publish_id, now)


def publish(
    workspace: Workspace, record: Record, publish_id: PublishId, interval: Interval | None, now: datetime
) -> Publish:
    """Make what was staged visible; a second time, for the same id, it only says what was published.

    Where another run has published since then, it is staged and checked anew upon that, for the `interval` that was
    asked for. Raises `NothingNew` when the other run has left nothing to build.
    """
    product = record.product
    with _remembering(workspace, product.address, PUBLISH, now, publish_id):
        engine = workspace.engine()
        try:
            return _publish(workspace, engine, product, publish_id, now)
        except (Overtaken, NotFound) as error:
            log_of_product = engine.publishes(product.address)
            mine = next((p.publish_id for p in log_of_product if p.publish_id.run == publish_id.run), None)
            if mine is not None:  # it published upon another run, and died before it could say so
                return _publish(workspace, engine, product, mine, now)
            if isinstance(error, NotFound):
                raise
        log.info("another run of %s has published: this one stages upon that", product.address)
        buildable = released(record, engine.capabilities)
        published = look_again(lambda: _publish_anew(workspace, engine, buildable, (publish_id, interval), now))
        engine.discard(product, publish_id)
        return published


def run(
    workspace: Workspace, graph: "MeshGraph", address: ProductAddress, interval: Interval | None, now: datetime
) -> Outcome:
    """Build a product from its manifest, here; inputs that cannot be reached are stood in for."""
    engine = workspace.engine()
    buildable = committed(graph, address, workspace.root, engine.capabilities)
    with _remembering(workspace, address, STAGE, now):
        _refuse_elsewhere(workspace, buildable.product)
        staged = _stage(engine, buildable, interval, now)
    publish_id = staged.publish_id
    with _remembering(workspace, address, CHECK, now, publish_id):
        results = _check(workspace, engine, buildable.product, publish_id, now)
    with _remembering(workspace, address, PUBLISH, now, publish_id):
        published = _publish(workspace, engine, buildable.product, publish_id, now)
    return Outcome(staged, results, published)


def _stage(
    engine: Engine, buildable: Buildable, asked: Interval | None, now: datetime, instead_of: PublishId | None = None
) -> Staged:
    product = buildable.product
    known = {product.address, *(p.port.product for p in product.inputs if p.port)}
    logs = {address: engine.publishes(address) for address in sorted(known)}
    interval = interval_of(product, asked, logs, now, lone=buildable.stand_ins is not None)
    work = Work(
        product,
        interval,
        queries=buildable.queries,
        release=buildable.release,
        columns=buildable.columns,
        stand_ins=buildable.stand_ins,
        instead_of=instead_of,
    )
    staged = engine.stage(work, now)
    for read in staged.inputs:
        if read.watermark is None:
            log.warning("%s was never published: %s is built without it", read.port, product.address)
    return staged


def _check(
    workspace: Workspace, engine: Engine, product: DataProduct, publish_id: PublishId, now: datetime
) -> tuple[CheckResult, ...]:
    results = engine.check(product, publish_id)
    synthetic = engine.staged(product, publish_id).synthetic
    workspace.observations().record_checks(publish_id, results, now, synthetic=synthetic)
    failed = [r for r in results if r.blocks]
    for result in (r for r in results if not r.passed and not r.blocks):
        log.warning("%s: %s: %s", result.table, result.check, result.text)
    if failed:
        engine.discard(product, publish_id)
        raise ChecksFailed(_reasons(product.address, failed), hint="what is published stays as it is")
    return results


def _publish(
    workspace: Workspace, engine: Engine, product: DataProduct, publish_id: PublishId, now: datetime
) -> Publish:
    published = engine.publish(product, publish_id, now)
    if published.watermark < published.interval.start:
        missing = Interval(published.watermark, published.interval.start)
        log.warning("%s was never built: until it is, %s is complete up to its start", missing, product.address)
    workspace.observations().record_publish(published)
    return published


def _publish_anew(
    workspace: Workspace, engine: Engine, buildable: Buildable, run: tuple[PublishId, Interval | None], now: datetime
) -> Publish:
    """Stage and check a run that was overtaken, upon what is published now, and publish it."""
    overtaken, asked = run
    product = buildable.product
    mine = _stage(engine, buildable, asked, now, instead_of=overtaken).publish_id
    _check(workspace, engine, product, mine, now)
    try:
        return _publish(workspace, engine, product, mine, now)
    except Overtaken:
        engine.discard(product, mine)
        raise


def _reasons(address: ProductAddress, failed: list[CheckResult]) -> str:
    head = f"`{address}` fails {len(failed)} check{'s' if len(failed) > 1 else ''}"
    return "\n".join([head, *(f"  {r.table}: {r.check}: {r.text}" for r in failed)])


@contextmanager
def _remembering(
    workspace: Workspace, address: ProductAddress, step: str, now: datetime, publish_id: PublishId | None = None
) -> Iterator[None]:
    """Remember why a run does not go on. What is tried again at once, or had nothing to do, is not worth a word."""
    try:
        yield
    except (SourceNotReady, InputsNotReady) as error:
        workspace.observations().record_failure(Failure(address, now, step, error.message, publish_id, waiting=True))
        raise
    except (NothingNew, TransientError):
        raise
    except FinalError as error:
        workspace.observations().record_failure(Failure(address, now, step, error.message, publish_id))
        raise
