"""Organisation: the shapes of mesh.yaml and domain.yaml, key by key.

The descriptions are the reference: docs/manifest.md is made of them (`reference.py`).
"""

from typing import Any, Literal

from pydantic import Field

from meshwright.manifest.shapes.documents import Shared
from meshwright.manifest.shapes.odcs import Shape
from meshwright.manifest.shapes.values import (
    Amount,
    Currency,
    Day,
    Email,
    EntryGroup,
    Instant,
    Length,
    Name,
    Since,
    Slots,
    StrictText,
    Subject,
    Url,
    Value,
)
from meshwright.model.contract import LogicalType
from meshwright.model.product import ProductType


class WaiverBlock(Shape):
    """A finding of a policy that somebody answers for, until a day."""

    policy: StrictText = Field(description="The policy that finds it")
    product: Subject = Field(description="Where: a product, or a part: `domain.product[:port[@major][.column]]`")
    reason: StrictText = Field(description="Why it is right for now")
    owner: StrictText = Field(description="Who answers for it, and mends it; one of `people` where those are listed")
    until: Day = Field(description="On this day it counts no longer; at most `waiversAtMost` from when it is proposed")


class Governed(Shared):
    """What a domain and the mesh have in common."""

    policies: dict[StrictText, Any] = Field(
        default_factory=dict,
        description="What is decided of a policy ([policies](policies.md)): `error`, `warning` or `ignore`, or a "
        "mapping of `severity`, `effectiveFrom` and its parameters. A domain only makes it stricter",
    )
    waivers: list[WaiverBlock] = Field(default_factory=list)


class DomainDocument(Governed):
    """One domain."""

    api_version: Literal["meshwright/v1"] | None = Field(default=None, description="`meshwright/v1`")
    kind: Literal["Domain"] | None = Field(default=None, description="`Domain`")
    description: StrictText = Field(default="", description="What the domain is responsible for")
    type: ProductType | None = Field(
        default=None, description="What its products mostly are: `sourceAligned`, `aggregate` or `consumerAligned`"
    )
    parent: Name | None = Field(
        default=None, description="The domain that it is a part of: what it does not say itself, that one says"
    )
    steward: StrictText | None = Field(
        default=None,
        description="Who looks after its personal data; one of mesh.yaml's `people` where those are listed",
    )


class PersonBlock(Shape):
    """Somebody who can own, approve or be told."""

    username: StrictText = Field(description="As teams, purposes and approvals name them")
    name: StrictText = Field(default="", description="As people know them")
    email: Email = Field(default="", description="Where mail reaches them")
    handle: StrictText = Field(default="", description="As the host of the repositories knows them, without the `@`")
    public_key: StrictText | None = Field(
        default=None, description="The Ed25519 key that their approvals are verified with"
    )
    roles: list[StrictText] = Field(
        default_factory=list,
        description="What they may approve beside what they own: `platform` is known by name, others are free",
    )


class PurposeBlock(Shape):
    """Why data is made."""

    name: Name = Field(description="As products name it")
    director: StrictText = Field(description="Who owns it; one of `people` where those are listed")
    budget: Amount | None = Field(default=None, description="What it may cost in a month, in the mesh's `currency`")
    description: StrictText = Field(default="", description="What it is about")


class OrganisationBlock(Shape):
    """Whose mesh it is."""

    name: StrictText = Field(description="As people know it")
    url: Url = Field(default="", description="Where one reads about it")
    contact: StrictText = Field(default="", description="Where one asks about the mesh: an address or a channel")


class CommunityBlock(Shape):
    """People across domains who care for something together."""

    name: Name = Field(description="As people call it")
    description: StrictText = Field(default="", description="What it cares for")
    lead: StrictText | None = Field(default=None, description="Who speaks for it; one of `people`")
    members: list[StrictText] = Field(default_factory=list, description="Who else belongs to it; each one of `people`")


class PoolBlock(Shape):
    """What may not be used by too many tasks at once: a store, a source, the share of a domain."""

    name: Name = Field(description="As `run` names it, and Airflow shows it")
    slots: Slots = Field(description="How many of its tasks may work at once")
    description: StrictText = Field(default="", description="What it protects")


class KpiBlock(Shape):
    """How a term is measured."""

    formula: StrictText = Field(description="How the figure is made, in words or in SQL")
    owner: StrictText | None = Field(default=None, description="Who answers for the figure; one of `people`")
    target: Value = Field(default="", description="Where it should be, such as `≥ 95 %`")


class TermBlock(Shape):
    """A word that means the same in every domain."""

    name: Name = Field(description="As columns name it in their `term`")
    description: StrictText = Field(description="What it means; a column without a description has this one")
    logical_type: LogicalType | None = Field(default=None, description="The type of every column that carries it")
    unit: StrictText = Field(default="", description="What it is counted in: `EUR`, `minutes`, `percent` …")
    classification: StrictText | None = Field(
        default=None, description="How careful one must be; a column without a classification has this one"
    )
    kpi: KpiBlock | None = None


class PricesBlock(Shape):
    """What running costs there, in the mesh's `currency`."""

    hour: Amount | None = Field(default=None, description="What an hour of a run costs; plans say costs in it")
    tebibyte: Amount | None = Field(default=None, description="What reading a tebibyte (2⁴⁰ bytes) costs, on BigQuery")


class EnvironmentBlock(Shape):
    """Where a release runs."""

    engine: Literal["bigquery", "duckdb"] = Field(default="duckdb", description="`duckdb` or `bigquery`")
    data: StrictText | None = Field(
        default=None, description="Where the data are: a folder, else below `.mesh/`; for BigQuery `bigquery://project`"
    )
    store: StrictText | None = Field(default=None, description="The folder or URL of the releases; else below `.mesh/`")
    since: Since | None = Field(
        default=None, description="The first interval that runs: an instant, or a length back from the deployment"
    )
    until: Instant | None = Field(default=None, description="The last one: a replay, whose clock stands there")
    prices: PricesBlock | None = None
    catalog: EntryGroup | None = Field(
        default=None, description="Google's catalogue is told of each publish: `projects/…/locations/…/entryGroups/…`"
    )
    region: Name | None = Field(
        default=None, description="Where its data lie: products whose `regions` lack it are refused"
    )


class MeshDocument(Governed):
    """All that belongs to no domain alone."""

    api_version: Literal["meshwright/v1"] | None = Field(default=None, description="`meshwright/v1`")
    kind: Literal["Mesh"] | None = Field(default=None, description="`Mesh`")
    name: Name = Field(description="The name of the mesh")
    description: StrictText = Field(default="", description="What it is")
    organisation: OrganisationBlock | None = None
    people: list[PersonBlock] = Field(default_factory=list)
    currency: Currency | None = Field(
        default=None, description="What budgets and prices are counted in: a code of ISO 4217"
    )
    purposes: list[PurposeBlock] = Field(default_factory=list)
    communities: list[CommunityBlock] = Field(default_factory=list)
    pools: list[PoolBlock] = Field(default_factory=list)
    glossary: list[TermBlock] = Field(default_factory=list)
    waivers_at_most: Length | None = Field(default=None, description="How long a waiver may be; else `180d`")
    environments: dict[Name, EnvironmentBlock] = Field(default_factory=dict)
