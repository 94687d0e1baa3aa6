"""Remembered: what was found of products the last time, beside the state in which it was found.

One piece of the cache holds that of a domain, so that what has not changed costs a look into a table, and what has
costs no more than its domain.
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Protocol

from meshwright.model.address import ProductAddress


class Kept(Protocol):
    """What was made before, each under a key that names what it was made of."""

    def get(self, key: bytes) -> bytes | None:
        """Return what was kept under a key."""

    def put(self, key: bytes, content: bytes) -> None:
        """Keep something."""

    def hold(self, keys: Iterable[bytes]) -> None:
        """Keep on what was kept under some keys, though nobody looks at it."""


class Remembered:
    """Plain values by product. A value counts for one state, which names all that it depends on."""

    def __init__(self, kept: Kept, subject: str) -> None:
        self._kept, self._subject = kept, subject
        self._domains: dict[str, _Domain] = {}

    def get(self, product: ProductAddress, state: str) -> Any:
        """Return what was found in a state; None when it is another one now."""
        domain = self._domains.get(product.domain) or self._domain(product)
        found = domain.before.get(product.product)
        if found is None or found[0] != state:
            return None
        domain.now[product.product] = found
        return found[1]

    def last(self, product: ProductAddress) -> Any:
        """Return what was found the last time, whatever the state was; None where there is nothing."""
        found = self._domain(product).before.get(product.product)
        return None if found is None else found[1]

    def put(self, product: ProductAddress, state: str, value: Any) -> None:
        """Remember what was found."""
        self._domain(product).now[product.product] = [state, value]

    def save(self) -> None:
        """Keep what was found this time, and nothing else."""
        for domain in self._domains.values():
            if domain.now != domain.before:
                self._kept.put(domain.key, json.dumps(domain.now, separators=(",", ":"), check_circular=False).encode())

    def _domain(self, product: ProductAddress) -> "_Domain":
        known = self._domains.get(product.domain)
        if known is None:
            key = sha256(f"{self._subject}\0{product.domain}".encode(errors="surrogateescape")).digest()
            known = self._domains[product.domain] = _Domain(key, _plain(self._kept.get(key)))
        return known


class _Domain:
    """What is remembered of the products of a domain, `before` and `now`, by their names."""

    __slots__ = ("before", "key", "now")

    def __init__(self, key: bytes, before: dict[str, list[Any]]) -> None:
        self.key, self.before = key, before
        self.now: dict[str, list[Any]] = {}


def _plain(content: bytes | None) -> dict[str, list[Any]]:
    found = {} if content is None else json.loads(content)
    return found if isinstance(found, dict) else {}
