"""Restore: an earlier publish's data become what consumers read, in one rename, as a publish of its own.

What is kept of earlier publishes are their files. A copy of the one that is asked for gets the log and the quarantine
as they are now, and an entry of its own: nothing that was logged or set aside is forgotten.
"""

from datetime import datetime

from meshwright.engine.duckdb.connection import attach, connected, explained
from meshwright.engine.duckdb.files import copy_file
from meshwright.engine.duckdb.log import append_to_log, start_log
from meshwright.engine.duckdb.provenance import PUBLISHED
from meshwright.engine.duckdb.publish import ids, publishes, rows_now
from meshwright.engine.duckdb.session import Session
from meshwright.engine.staging import restoring
from meshwright.model.address import ProductAddress
from meshwright.model.errors import NotFound
from meshwright.model.identity import PublishId
from meshwright.model.publish import Publish

_RESTORED = "restored"


def restore(session: Session, product: ProductAddress, to: PublishId, now: datetime) -> Publish:
    """Bring the data of an earlier publish back. Raises `NotFound` where its file is not kept any more."""
    files, publish_id = session.files, PublishId.mint(now)
    with files.publishing(product):
        files.sweep(product, now)
        before = publishes(session, product)
        wanted = next((p for p in before if p.publish_id == to), None)
        kept, place = files.kept(product, to), files.published(product)
        if wanted is None or not kept.is_file():
            raise NotFound(f"publish {to} of `{product}` is not kept", hint="run the product again for its interval")
        with files.working(product, publish_id) as folder, explained(f"restoring `{product}`"):
            copy = folder / f"{_RESTORED}.duckdb"
            copy_file(kept, copy)
            with connected(copy, session.limits) as connection:
                attach(connection, place, PUBLISHED)
                connection.execute("BEGIN")
                start_log(connection, PUBLISHED)
                connection.execute(f"CREATE OR REPLACE TABLE mesh.quarantine AS FROM {PUBLISHED}.mesh.quarantine")
                tables = tuple(rows_now(connection, _RESTORED, counted) for counted in wanted.tables)
                made = restoring(before, wanted, publish_id, tables, now)
                append_to_log(connection, made, before[-1].publish_id)
                connection.execute("COMMIT")
                connection.execute("CHECKPOINT")
            files.succeed(product, copy, ids(before))
    return made


def restorable(session: Session, product: ProductAddress) -> tuple[Publish, ...]:
    """Return the publishes whose files are kept, oldest first."""
    return tuple(p for p in publishes(session, product) if session.files.kept(product, p.publish_id).is_file())
