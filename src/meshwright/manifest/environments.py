"""Environments: which does mesh.yaml declare? Every command asks, so that the answer is kept by what is in the file.

What is wrong with them is for `load` to say.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from meshwright import __version__
from meshwright.manifest.remembered import Kept
from meshwright.manifest.text.content import digest_of
from meshwright.manifest.text.problems import Problems
from meshwright.model.mesh import Environment, Prices
from meshwright.model.naming import MESH_FILE
from meshwright.model.packing import pack, shape, unpack

_MANY = tuple[Environment, ...]


def environments(root: Path, kept: Kept | None = None) -> tuple[Environment, ...]:
    """Return the environments of a mesh and nothing else, quickly."""
    if kept is None or not (root / MESH_FILE).is_file():
        return _read(root)
    key = sha256(
        f"environments {__version__} {shape(Environment)}".encode() + digest_of(f"{root}/{MESH_FILE}")
    ).digest()
    known = unpack(_MANY, kept.get(key))
    if known is None:
        known = _read(root)
        kept.put(key, pack(_MANY, known))
    return known


def _read(root: Path) -> tuple[Environment, ...]:
    from meshwright.manifest.text.syntax import read_file  # brings YAML

    document = read_file(root / MESH_FILE, MESH_FILE, Problems())
    plain = document.value.get("environments") if document and isinstance(document.value, dict) else None
    return tuple(_readable(plain)) if isinstance(plain, dict) else ()


def _readable(plain: dict[str, object]) -> Iterator[Environment]:
    from meshwright.manifest.shapes import scalars

    for name, keys in sorted(plain.items()):
        texts = {k: v for k, v in keys.items() if isinstance(v, str)} if isinstance(keys, dict) else {}
        since, until = texts.get("since"), texts.get("until")
        found = Environment(name, texts.get("engine", "duckdb"), texts.get("data"), texts.get("store"))
        found = replace(found, catalog=texts.get("catalog"), region=texts.get("region"))
        with suppress(scalars.Unreadable):
            found = replace(found, since=None if since is None else scalars.since(since))
            found = replace(found, until=None if until is None else scalars.moment(until))
        yield replace(found, prices=_prices(keys.get("prices") if isinstance(keys, dict) else None))


def _prices(plain: object) -> Prices:
    """Return the prices that can be read."""
    return Prices(_price(plain.get("hour")), _price(plain.get("tebibyte"))) if isinstance(plain, dict) else Prices()


def _price(plain: object) -> Decimal | None:
    if not isinstance(plain, int | Decimal | float) or isinstance(plain, bool):
        return None
    amount = Decimal(str(plain))
    return amount if amount.is_finite() and amount >= 0 else None
