"""Log: what a product has published, in its store, written by the transaction that publishes.

`_head` has one row, the newest publish, with its entry. Every publish changes it, so that of two at once BigQuery
cancels one. How a stage was made waits in a table of that stage, and expires with it. All that is read without a job,
and logs as the environment itself: no domain reads the stores of others.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from meshwright.engine.bigquery.connection import explained
from meshwright.engine.bigquery.session import HEAD, LOG, Session
from meshwright.engine.protocol import Recent
from meshwright.engine.staging import Stage
from meshwright.model import codec
from meshwright.model.address import ProductAddress
from meshwright.model.errors import MeshError, NotFound
from meshwright.model.identity import PublishId
from meshwright.model.naming import stage_table
from meshwright.model.publish import Publish

_LOG = {
    "number": "INT64",
    "publish_id": "STRING",
    "interval_start": "TIMESTAMP",
    "interval_end": "TIMESTAMP",
    "watermark": "TIMESTAMP",
    "published_at": "TIMESTAMP",
    "entry": "STRING",
}
_HEAD = "SELECT CAST(NULL AS STRING) AS publish_id, 0 AS number, CAST(NULL AS STRING) AS entry"
_AT_ONCE = 50


def make_log(session: Session, product: ProductAddress) -> None:
    """Make a product's log, unless it is there. The head is made with its row."""
    session.warehouse.make_table(session.store_dataset(product), LOG, _LOG)
    session.warehouse.run(f"CREATE TABLE IF NOT EXISTS {session.store(product, HEAD)} AS {_HEAD}")


def read_log(session: Session, product: ProductAddress) -> tuple[Publish, ...]:
    """Return all publishes of a product, oldest first."""
    with explained(f"the log of `{product}`"):
        rows = session.warehouse.own.listed(
            session.store_dataset(product), LOG, {c: _LOG[c] for c in ("number", "entry")}
        )
    return tuple(_entry(entry) for _, entry in sorted(rows or ()))


def last_publish(session: Session, product: ProductAddress) -> Publish | None:
    """Return the newest publish of a product."""
    with explained(f"the log of `{product}`"):
        rows = session.warehouse.own.listed(session.store_dataset(product), HEAD, {"entry": "STRING"})
    return next((_entry(entry) for (entry,) in rows or () if entry is not None), None)


def recent(session: Session, products: Iterable[ProductAddress], since: datetime) -> tuple[Recent, ...]:
    """Return what products have published after `since`, and last; many are asked by one job, for each job costs."""
    with explained("the datasets of the project"):
        known = {d.dataset_id for d in session.warehouse.own.client.list_datasets()}
    there = [product for product in products if session.store_dataset(product) in known]
    found: list[Recent] = []
    for first in range(0, len(there), _AT_ONCE):
        some = there[first : first + _AT_ONCE]
        try:
            found += _recent(session, some, since)
        except MeshError:  # of one of them: who is asked alone answers for itself
            found += [recent for product in some for recent in _alone(session, product, since)]
    return tuple(found)


def write_stage(session: Session, stage: Stage) -> None:
    """Write down how a stage was made, or what else it has taken."""
    place = session.staged(stage.staged.product, stage.staged.publish_id, "_stage")
    entry = {"entry": json.dumps(codec.dump(stage), ensure_ascii=False)}
    session.warehouse.run(f"CREATE OR REPLACE TABLE {place} AS SELECT @entry AS entry", entry)


def read_stage(session: Session, product: ProductAddress, publish_id: PublishId) -> Stage:
    """Return how a stage was made. Raises `NotFound` where it was published or discarded, or has expired."""
    with explained(f"the stage of `{product}`"):
        part = stage_table(publish_id, "_stage")
        rows = session.warehouse.listed(session.stage_dataset(product), part, {"entry": "STRING"})
    if not rows:
        raise NotFound(f"`{product}` has no stage {publish_id}", hint="run the product again")
    return codec.load(Stage, json.loads(rows[0][0]))


def _recent(session: Session, products: Sequence[ProductAddress], since: datetime) -> list[Recent]:
    asked = " UNION ALL ".join(
        f"SELECT {n} AS product, number, entry FROM {log} WHERE published_at > @since "
        f"OR number = (SELECT MAX(number) FROM {log})"
        for n, log in enumerate(session.store(product, LOG) for product in products)
    )
    with explained(f"the log of `{products[0]}`" if len(products) == 1 else "the logs of products"):
        rows = session.warehouse.own.run(
            f"SELECT product, entry FROM ({asked}) ORDER BY product, number", {"since": since}
        )
    by_product: dict[int, list[Publish]] = {}
    for n, entry in rows:
        by_product.setdefault(n, []).append(_entry(entry))
    return [Recent(products[n], tuple(publishes)) for n, publishes in by_product.items()]


def _alone(session: Session, product: ProductAddress, since: datetime) -> list[Recent]:
    try:
        if session.warehouse.own.table(session.store_dataset(product), LOG) is None:
            return []  # its first publish has not come so far
        return _recent(session, [product], since)
    except MeshError as error:
        return [Recent(product, error=error)]


def _entry(text: str) -> Publish:
    return codec.load(Publish, json.loads(text))
