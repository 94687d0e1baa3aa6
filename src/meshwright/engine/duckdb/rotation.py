"""Rotation: what a product has published, brought to the keys of now in a copy that takes its place by a rename."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import column_names, connected, explained, name
from meshwright.engine.duckdb.files import copy_file, put_in_place
from meshwright.engine.duckdb.log import read_log
from meshwright.engine.duckdb.masks import add_functions
from meshwright.engine.duckdb.provenance import PUBLISHED
from meshwright.engine.duckdb.reading import reading
from meshwright.engine.duckdb.session import Session
from meshwright.engine.pseudonyms import Keyring, Pseudonymise, keyrings, spaces_of
from meshwright.engine.rotation import outdated, unknown
from meshwright.model import codec
from meshwright.model.identity import PublishId
from meshwright.model.mask import Pseudonym
from meshwright.model.naming import stored_table
from meshwright.model.product import DataProduct
from meshwright.model.publish import Publish

_MADE = "^[0-9a-f]{64}$"
"""What a pseudonym looks like: a value from before a column was masked is none, and stays as it is."""


def rotate(session: Session, product: DataProduct, now: datetime) -> None:
    """Bring the pseudonyms that a product has published to the keys of now, unless they are held by these."""
    spaces = spaces_of(table for _, table in product.tables())
    path = session.files.published(product.address)
    if not spaces or not path.is_file() or any(session.keys(space) is None for space in spaces):
        return
    rings = {ring.space: ring for ring in keyrings(product, session.keys, made_up=False)}
    with session.files.publishing(product.address), explained(f"the keys of `{product.address}`"):
        last = _last(path)
        brought = _brought(product, last, rings)
        if last is None or not brought:
            return
        with session.files.working(product.address, PublishId.mint(now)) as folder:
            copy = folder / path.name
            copy_file(path, copy)
            with connected(copy, session.limits) as connection:
                functions = add_functions(connection, brought)
                connection.execute("BEGIN")
                _update(connection, product, functions)
                keys = tuple(rings[key.space].used if key.space in brought else key for key in last.keys)
                entry = json.dumps(codec.dump(replace(last, keys=keys)), ensure_ascii=False)
                written = [entry, str(last.publish_id)]
                connection.execute("UPDATE mesh.publish_log SET entry = $1 WHERE publish_id = $2", written)
                connection.execute("COMMIT")
                connection.execute("CHECKPOINT")
            put_in_place(copy, path)


def _last(path: Path) -> Publish | None:
    with reading(path, PUBLISHED) as connection:
        return next(reversed(read_log(connection, PUBLISHED)), None)


def _brought(product: DataProduct, last: Publish | None, rings: Mapping[str, Keyring]) -> dict[str, Pseudonymise]:
    """Return what brings the pseudonyms of each space to the keys of now. Raises `FinalError` where nothing does."""
    found = {}
    for held in outdated(product, () if last is None else (last,), (ring.used for ring in rings.values())):
        brought = rings[held.space].brought(held)
        if brought is None:
            raise unknown(product, held)
        found[held.space] = brought
    return found


def _update(connection: DuckDBPyConnection, product: DataProduct, functions: Mapping[str, str]) -> None:
    for address, table in product.tables():
        masked = [(c.name, c.mask.space) for c in table.made_columns if isinstance(c.mask, Pseudonym)]
        for place in _places(connection, stored_table(address)):
            there = column_names(connection, place)
            for column, space in masked:
                if space in functions and column in there:
                    made = f"{functions[space]}({name(column)})"
                    changed = f"UPDATE {place} SET {name(column)} = {made} WHERE regexp_full_match({name(column)}, $1)"
                    connection.execute(changed, [_MADE])


def _places(connection: DuckDBPyConnection, stored: str) -> list[str]:
    """Return the quoted names of the tables that a table's rows, and the versions before them, lie in."""
    found = connection.execute(
        "SELECT schema_name FROM duckdb_tables() WHERE database_name = current_database() AND table_name = $1 "
        "AND schema_name IN ('main', 'held', 'past') ORDER BY 1",
        [stored],
    )
    return [f"{schema}.{name(stored)}" for (schema,) in found.fetchall()]
