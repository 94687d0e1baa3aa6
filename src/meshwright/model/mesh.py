"""Mesh: everything that an organisation's teams have committed, resolved."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime, timedelta
from decimal import Decimal

from meshwright.model.address import PortAddress, ProductAddress, TableAddress
from meshwright.model.contract import LogicalType
from meshwright.model.diagnostic import Location
from meshwright.model.policy import Decisions, Waiver
from meshwright.model.product import DataProduct, OutputPort, OutputTable, ProductType
from meshwright.model.products import Products
from meshwright.model.value import value

Written = tuple[tuple[str, str], ...]
"""The keys of mesh.yaml or of a domain.yaml as they were written, each value as JSON; no environment is among them.

It goes into releases, so that a domain in a repository of its own inherits just what it would inherit in the mesh's.
"""


WAIVERS_AT_MOST = timedelta(days=180)
"""How long a waiver may be where the mesh does not say."""

PLATFORM = "platform"
"""The role of those who look after what belongs to the whole mesh."""


@value
class Person:
    """Somebody who can own, approve or be told; `handle` is how the host of the repositories knows them."""

    username: str
    name: str = ""
    email: str = ""
    public_key: str | None = None
    roles: tuple[str, ...] = ()
    handle: str = ""


@value
class Organisation:
    """Whose mesh it is, and where to ask about it."""

    name: str
    url: str = ""
    contact: str = ""


@value
class Purpose:
    """Why data is made: a director owns it and its budget, in the mesh's currency."""

    name: str
    director: str
    budget: Decimal | None = None
    description: str = ""


@value
class Domain:
    """A part of the organisation that owns its data as products.

    `parent` is the domain that it is a part of; `policies` are the decisions of its own. One that is `apart` is in a
    repository of its own: the mesh's does not speak for it.
    """

    name: str
    description: str = ""
    steward: str | None = None
    type: ProductType | None = None
    parent: str | None = None
    policies: Decisions = ()
    apart: bool = False
    waivers: tuple[Waiver, ...] = ()
    written: Written = ()
    at: Location | None = field(default=None, compare=False)


@value
class Community:
    """People across domains who care for something together."""

    name: str
    description: str = ""
    lead: str | None = None
    members: tuple[str, ...] = ()


@value
class Kpi:
    """How a term is measured, who answers for the figure, and where it should be."""

    formula: str
    owner: str | None = None
    target: str = ""


@value
class Pool:
    """What may not be used by too many at once: a store, a source, a domain's share. A working task takes a slot."""

    name: str
    slots: int
    description: str = ""


@value
class Term:
    """A word that means the same in every domain; a column that carries it has its type, unit and classification."""

    name: str
    description: str
    type: LogicalType | None = None
    classification: str | None = None
    unit: str = ""
    kpi: Kpi | None = None
    at: Location | None = field(default=None, compare=False)


@value
class Prices:
    """What an environment asks for an `hour` of a run, and for a `tebibyte` that queries read, in the mesh's currency.

    None where nobody says.
    """

    hour: Decimal | None = None
    tebibyte: Decimal | None = None


@value
class Environment:
    """Where a release runs. `since` and `until` bound the intervals that are run there.

    `since` is an instant, or a length counted back from the deployment. An environment with `until` is a replay: its
    clock stands there. `catalog` is the entry group of Google's catalogue that is told of each publish, `region` where
    its data lie.
    """

    name: str
    engine: str = "duckdb"
    data: str | None = None
    store: str | None = None
    since: datetime | timedelta | None = None
    until: datetime | None = None
    prices: Prices = field(default_factory=Prices)
    catalog: str | None = None
    region: str | None = None


@value
class Mesh:
    """All of it, in the order of addresses; of some, products are read when somebody looks at them.

    `policies` is what the council has decided of them.
    """

    name: str
    products: Sequence[DataProduct]
    domains: tuple[Domain, ...] = ()
    people: tuple[Person, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    environments: tuple[Environment, ...] = ()
    description: str = ""
    organisation: Organisation | None = None
    currency: str = ""
    communities: tuple[Community, ...] = ()
    pools: tuple[Pool, ...] = ()
    glossary: tuple[Term, ...] = ()
    policies: Decisions = ()
    written: Written = ()
    waivers: tuple[Waiver, ...] = ()
    waivers_at_most: timedelta = WAIVERS_AT_MOST
    file: str = field(default="mesh.yaml", compare=False)

    @property
    def all_waivers(self) -> tuple[Waiver, ...]:
        """All that is waived, by the council and by domains."""
        return (*self.waivers, *(waiver for domain in self.domains for waiver in domain.waivers))

    @property
    def decisions(self) -> Decisions:
        """All that is decided of policies, by the council and by domains."""
        return (*self.policies, *(decision for domain in self.domains for decision in domain.policies))

    def product(self, address: ProductAddress) -> DataProduct | None:
        """Return the product at that address."""
        if isinstance(self.products, Products):
            return self.products.get(address)
        return next((p for p in self.products if p.address == address), None)

    def output(self, address: PortAddress) -> OutputPort | None:
        """Return the output port at that address."""
        product = self.product(address.product)
        return None if product is None else product.output(address.name, address.major)

    def table(self, address: TableAddress) -> OutputTable | None:
        """Return the table at that address."""
        product = self.product(address.port.product)
        return None if product is None else product.table(address)

    def person(self, username: str | None) -> Person | None:
        """Return the person of that name."""
        return next((p for p in self.people if p.username == username), None)

    def domain(self, name: str) -> Domain | None:
        """Return the domain of that name."""
        return next((d for d in self.domains if d.name == name), None)

    def term(self, name: str | None) -> Term | None:
        """Return the glossary's term of that name."""
        return next((t for t in self.glossary if t.name == name), None)
