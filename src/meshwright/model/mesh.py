"""Mesh: everything that an organisation's teams have committed, resolved."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.product import DataProduct, OutputPort


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can own, approve or be told."""

    username: str
    name: str = ""
    email: str = ""
    public_key: str | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data is made: a director owns it and its budget."""

    name: str
    director: str
    budget: Decimal | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Domain:
    """A part of the organisation that owns its data as products."""

    name: str
    description: str = ""
    steward: str | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """Where a release runs. `since` and `until` bound the intervals that are run there.

    `since` is an instant, or a length counted back from the deployment. An environment with `until` is a replay: its
    clock stands there.
    """

    name: str
    engine: str = "duckdb"
    data: str | None = None
    store: str | None = None
    since: datetime | timedelta | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mesh:
    """All of it, in the order of addresses."""

    name: str
    products: tuple[DataProduct, ...]
    domains: tuple[Domain, ...] = ()
    people: tuple[Person, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    environments: tuple[Environment, ...] = ()
    description: str = ""
    file: str = field(default="mesh.yaml", compare=False)

    def product(self, address: ProductAddress) -> DataProduct | None:
        """Return the product at that address."""
        return next((p for p in self.products if p.address == address), None)

    def output(self, address: PortAddress) -> OutputPort | None:
        """Return the output port at that address."""
        product = self.product(address.product)
        return None if product is None else product.output(address.name, address.major)

    def person(self, username: str | None) -> Person | None:
        """Return the person of that name."""
        return next((p for p in self.people if p.username == username), None)
