"""Documents: the shape of product.yaml, and what mesh.yaml and domain.yaml say for all products, key by key.

The descriptions are the reference: docs/manifest.md is made of them (`reference.py`).
"""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from meshwright.manifest.shapes.odcs import ContractBlock, Description, Shape
from meshwright.manifest.shapes.sources import SourceBlock
from meshwright.manifest.shapes.values import (
    Bool,
    Calendar,
    CheckReference,
    ColumnKey,
    ColumnName,
    ConnectionName,
    Cron,
    Example,
    Instant,
    LandingObjective,
    Length,
    Link,
    LocalTime,
    Name,
    Objective,
    OfTables,
    PortReference,
    RelativePath,
    Retries,
    Share,
    StrictText,
    SuccessorReference,
    TableName,
    Timezone,
    Truncation,
    Version,
)
from meshwright.model.product import OnFail, ProductType, PublishMode, When

Dialect = Literal["bigquery", "duckdb"]


class MemberBlock(Shape):
    """A person in the team."""

    username: StrictText = Field(description="Who; one of mesh.yaml's `people` where those are listed")
    role: StrictText = Field(description="`productOwner` and `technicalOwner` are known by name; others are free")


class TeamBlock(Shape):
    """Who answers for it."""

    members: list[MemberBlock] = Field(min_length=1)


class SupportBlock(Shape):
    """Where to ask."""

    channel: StrictText = Field(description="The channel or address")
    tool: StrictText = Field(default="", description="`slack`, `email`, `teams` …")
    url: Link = Field(default="", description="Where it opens: `https://…`, `mailto:…` or `tel:…`")


class ScheduleBlock(Shape):
    """When it runs: by a clock (`cron`), or `on` its inputs."""

    cron: Cron | None = Field(default=None, description="Five fields: a run at the end of each interval; else hourly")
    timezone: Timezone | None = Field(default=None, description="With `cron`: where its hours are; else `UTC`")
    wait_at_most: Length | None = Field(
        default=None, description="With `cron`: how long a run waits for its required inputs; else `1h`"
    )
    on: Literal["inputs"] | None = Field(
        default=None, description="`inputs`: a run when they publish; so it is for what reads other products"
    )
    when: When | None = Field(
        default=None,
        description="With `on: inputs`: `all` (the default) or `any`; either builds as far as all required inputs go",
    )


class RunBlock(Shape):
    """How hard a run tries."""

    retries: Retries | None = Field(
        default=None, description="How often each task is tried again after an error that may pass; else `3`"
    )
    timeout: Length | None = Field(
        default=None, description="How long a task may work, without its waiting, before it is stopped; else forever"
    )
    alert_after: Length | None = Field(
        default=None, description="How long a run may take in all, from when it is queued, before its people are told"
    )
    pool: Name | None = Field(
        default=None, description="The pool whose slots its tasks take; one of mesh.yaml's `pools`"
    )


class FreshnessBlock(Shape):
    """How old the data may be."""

    max_age: Length = Field(description="The watermark is never older than this …")
    objective: Objective = Field(description="… this share of the time")


class LandingBlock(Shape):
    """By what hour of a day the data of the days before is there."""

    by: LocalTime = Field(description="On each day, data complete up to the day's midnight has landed by this hour …")
    timezone: Timezone | None = Field(
        default=None, description="… of this zone (else `UTC`), which is the midnight's too …"
    )
    calendar: Calendar | None = Field(
        default=None,
        description="… on the business days of a country (`BE`), a part of one (`DE-BY`) or an exchange (`XNYS`); "
        "else on every day …",
    )
    objective: LandingObjective = Field(description="… this share of the days")


class CompletenessBlock(Shape):
    """How much of what the clock has named by now is there."""

    objective: Objective = Field(description="The share of the time since deployment whose intervals are published")


class QualityBlock(Shape):
    """How often checks may fail."""

    objective: Objective = Field(description="The share of checks that pass")


class SloBlock(Shape):
    """What a port promises about its service."""

    freshness: FreshnessBlock | None = None
    landing: LandingBlock | None = None
    completeness: CompletenessBlock | None = None
    quality: QualityBlock | None = None


class Inherited(Shape):
    """What a product has of its own, else of its domain, else of the mesh."""

    team: TeamBlock | None = None
    support: list[SupportBlock] | None = None
    purpose: Name | None = Field(default=None, description="One of mesh.yaml's `purposes`")
    schedule: ScheduleBlock | None = None
    run: RunBlock | None = None
    regions: list[Name] | None = Field(
        default=None, min_length=1, description="Where its data may lie: the `region` of an environment; else anywhere"
    )


class Shared(Inherited):
    """What a domain or the mesh says for all of its products, unless they say otherwise."""

    slo: SloBlock | None = None
    dialect: Dialect | None = Field(
        default=None, description="The dialect that SQL is written in: `bigquery` or `duckdb`"
    )


class VirtualBlock(Shape):
    """The product's own store, which serves the tables already."""

    connection: ConnectionName = Field(description="The connection whose URL is the store")
    table: OfTables[TableName] = Field(
        description="The table it serves; of several, `{<table>: <table in the store>}` for each"
    )


class InputPortBlock(Shape):
    """What the product reads: `from` another product, or a `source` of its own."""

    name: Name = Field(
        description="The name of the table in the SQL, `-` written `_`; of a port with several tables, `name.table`"
    )
    from_: PortReference | None = Field(default=None, alias="from", description="`domain.product:port@major`")
    source: SourceBlock | None = None
    contract: ContractBlock | None = Field(default=None, description="The columns that a source is declared to have")
    required: Bool = Field(
        default=True,
        description="`false`: the product runs without news of it; its tables are empty until they are first published",
    )


class TransformBlock(Shape):
    """How the port is made."""

    sql: OfTables[RelativePath] | None = Field(
        default=None,
        description="The file of its SELECT, beside the manifest; else `<port>@<major>.sql` or `<port>.sql`. Where the "
        "port has several tables, `{<table>: <file>}`; else `<port>@<major>.<table>.sql` or `<port>.<table>.sql`",
    )
    dialect: Dialect | None = Field(
        default=None, description="The dialect it is written in; else the domain's, the mesh's, `bigquery`"
    )
    python: RelativePath | None = Field(
        default=None,
        description="The Python file, beside the manifest, whose `transform(inputs, interval)` makes the port from "
        "Arrow tables, in an environment that a `requirements.lock` or a `uv.lock` beside it locks",
    )
    dbt: RelativePath | None = Field(
        default=None, description="The folder of the dbt project whose model of the port's name makes it, locked alike"
    )
    connections: list[ConnectionName] = Field(
        default_factory=list, description="The connections whose URLs the code is given, as `MESH_CONN_<NAME>`"
    )


class PublishBlock(Shape):
    """How new data meets what is published."""

    mode: OfTables[PublishMode] | None = Field(
        default=None,
        description="`replace`, `append`, `merge`, `partition` (whole partitions are replaced, those that a run makes) "
        "or `ledger`, or `{<table>: <mode>}`; else `merge` where there is a primary key",
    )


class QuarantineBlock(Shape):
    """How many rows may be set aside."""

    at_most: Share = Field(description="This share of a table's new rows, else `5%`; beyond it nothing is published")


class RetentionBlock(Shape):
    """How long rows are kept; without it, for good. Each publish deletes what is older."""

    keep: Length = Field(description="No row is kept that is older than this, behind the product's watermark …")
    by: OfTables[ColumnName] | None = Field(
        default=None,
        description="… by this column, a date or timestamp, or `{<table>: <column>}`; else a row is as old as the end "
        "of the interval that published it",
    )


class SampleBlock(Shape):
    """A query that works."""

    title: StrictText = Field(description="What it answers")
    sql: StrictText = Field(description="The query")


class MaskBlock(Shape):
    """What becomes of its values before they are published: one of these."""

    pseudonym: Name | None = Field(
        default=None,
        description="Text becomes a keyed hash, the same for the same subject wherever this subject space is named",
    )
    truncate: Truncation | None = Field(
        default=None, description="The first so many characters are left of a text, the `month` or `year` … of a time"
    )
    redact: StrictText | None = Field(default=None, description="This is left of every text that is not null")


def _said_how(mask: object) -> str:
    return "word" if isinstance(mask, str) else "how"


MaskOrWord = Annotated[
    Annotated[MaskBlock, Tag("how")] | Annotated[Literal["redact"], Tag("word")], Discriminator(_said_how)
]


class ColumnBlock(Shape):
    """What a contract has no word for."""

    term: Name | None = Field(
        default=None,
        description="The term of mesh.yaml's `glossary` that says what it holds, and how careful one must be",
    )
    mask: MaskOrWord | None = Field(
        default=None,
        description="What becomes of its values before they are published, and checked: `redact` leaves null",
    )


class DeprecatedBlock(Shape):
    """The port goes, and its consumers know when."""

    until: Instant = Field(description="It is served until this day; then it may be removed, once nobody reads it")
    use: SuccessorReference | None = Field(
        default=None, description="What to read instead: `port@major` of the product, or `domain.product:port@major`"
    )


RowsBlock = dict[ColumnName, Annotated[list[Example], Field(min_length=1)]]
"""Columns, and the values that they have in rows that are shown."""


class AccessBlock(Shape):
    """Who may read the port; without it, every domain of the mesh."""

    domains: list[Name] = Field(
        default_factory=list,
        min_length=1,
        description="These domains, those that are a part of them, and always the product's own",
    )
    rows: dict[Name, Annotated[RowsBlock, Field(min_length=1)]] = Field(
        default_factory=dict,
        min_length=1,
        description="By a domain that is not one of these: its people see the rows in which each of these columns has "
        "one of its values, `{<column>: [<value>]}`; its products read none",
    )


def _written_where(contract: object) -> str:
    return "file" if isinstance(contract, str) else "block"


ContractOrFile = Annotated[
    Annotated[ContractBlock, Tag("block")] | Annotated[RelativePath, Tag("file")], Discriminator(_written_where)
]


class OutputPortBlock(Shape):
    """What the product offers."""

    name: Name = Field(description="Its name in addresses")
    version: Version = Field(description="`major.minor.patch`; consumers pin the major")
    contract: ContractOrFile = Field(
        description="What the port promises: a block of ODCS, or the name of a file of ODCS beside the manifest"
    )
    transform: TransformBlock | None = None
    publish: PublishBlock | None = None
    virtual: VirtualBlock | None = None
    columns: dict[ColumnKey, ColumnBlock] = Field(
        default_factory=dict, description="By the column's name; by `table.column` where several tables have one"
    )
    on_fail: dict[CheckReference, OnFail] = Field(
        default_factory=dict,
        description="What the failure of a check does (by `table.check` where several tables have one): `block`, "
        "`warn`, or `quarantine`, which sets the wrong rows aside and publishes the others; else by its severity",
    )
    quarantine: QuarantineBlock | None = None
    retention: RetentionBlock | None = None
    slo: SloBlock | None = None
    samples: list[SampleBlock] = Field(default_factory=list)
    deprecated: DeprecatedBlock | None = None
    access: AccessBlock | None = None


class ProductDocument(Inherited):
    """One data product."""

    api_version: Literal["meshwright/v1"] = Field(description="`meshwright/v1`")
    kind: Literal["DataProduct"] = Field(description="`DataProduct`")
    description: Description
    type: ProductType | None = Field(
        default=None,
        description="`sourceAligned`, `aggregate` or `consumerAligned`; else by whether it reads other products",
    )
    tags: list[Annotated[StrictText, Field(max_length=100)]] = Field(
        default_factory=list, description="Words to find it by, of at most 100 characters each"
    )
    input_ports: list[InputPortBlock] = Field(default_factory=list)
    output_ports: list[OutputPortBlock] = Field(min_length=1)
