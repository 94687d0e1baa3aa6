"""Rotation: what a product has published, brought to the newest key of its keysets, in one transaction with its log.

To bring a pseudonym there twice changes nothing, so that two who do it at once, or a retry, do no harm.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from meshwright.engine.bigquery.connection import explained, name
from meshwright.engine.bigquery.keysets import Keyset, keysets_of, used_of
from meshwright.engine.bigquery.session import HEAD, LOG, Session
from meshwright.engine.pseudonyms import spaces_of
from meshwright.engine.rotation import outdated
from meshwright.model import codec
from meshwright.model.mask import Pseudonym
from meshwright.model.naming import stored_table
from meshwright.model.product import DataProduct
from meshwright.model.publish import Publish

_MADE = "^[0-9a-f]+$"
"""What a pseudonym looks like: a value from before a column was masked is none, and stays as it is."""


def rotate(session: Session, product: DataProduct, before: tuple[Publish, ...]) -> tuple[Publish, ...]:
    """Bring the pseudonyms that a product has published to the keys of now; return its log as it is then."""
    spaces = spaces_of(table for _, table in product.tables())
    if not before or any(session.keys(space) is None for space in spaces):
        return before
    keysets = keysets_of(product, session.keys, made_up=False)
    stale = {held.space: keysets[held.space] for held in outdated(product, before, used_of(keysets))}
    if not stale:
        return before
    keys = tuple(stale[key.space].used if key.space in stale else key for key in before[-1].keys)
    last = replace(before[-1], keys=keys)
    entry = json.dumps(codec.dump(last), ensure_ascii=False)
    hint = "the keyset has to hold the keys before: `KEYS.ROTATE_WRAPPED_KEYSET` adds one to it"
    with explained(f"bringing the pseudonyms of `{product.address}` to their new key", hint):
        changes = [
            *_changes(session, product, stale),
            *(
                f"UPDATE {session.store(product.address, table)} SET entry = @entry WHERE publish_id = @publish_id"
                for table in (LOG, HEAD)
            ),
        ]
        script = "; ".join(["BEGIN TRANSACTION", *changes, "COMMIT TRANSACTION"])
        session.warehouse.run(script, {"entry": entry, "publish_id": str(last.publish_id)})
    return (*before[:-1], last)


def _changes(session: Session, product: DataProduct, keysets: Mapping[str, Keyset]) -> Iterator[str]:
    for address, table in product.tables():
        masked = {
            c.name: keysets[c.mask.space]
            for c in table.made_columns
            if isinstance(c.mask, Pseudonym) and c.mask.space in keysets
        }
        stored = stored_table(address)
        for called, place in ((stored, session.held(address)), (f"_past_{stored}", session.past(address))):
            held = session.warehouse.table(session.store_dataset(product.address), called) if masked else None
            there = set() if held is None else {field.name for field in held.schema}
            for column in sorted(masked.keys() & there):
                own = name(column)
                brought = masked[column].brought(own)
                yield f"UPDATE {place} SET {own} = {brought} WHERE REGEXP_CONTAINS({own}, r'{_MADE}')"
