"""Sources: the shapes of what a domain's own data comes from, one block for each kind."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from meshwright.manifest.shapes.odcs import Shape
from meshwright.manifest.shapes.values import (
    ColumnName,
    ConnectionName,
    Endpoint,
    KeyPath,
    Length,
    MessagePlace,
    PageNumber,
    QueryValue,
    Share,
    SourcePath,
    StrictText,
    TableName,
    TopicName,
)


class FilesBlock(Shape):
    """Files below a connection's folder."""

    block: Literal["files"] = Field(description="`files`")
    connection: ConnectionName = Field(
        description="The connection whose URL is the folder: `file:///…`, `gs://…`, `s3://…`"
    )
    path: SourcePath = Field(
        description="One file, or with `{start:%Y-%m-%d}` one for each step of `every` in the interval; with `*`, all "
        "that fit"
    )
    format: Literal["csv", "json", "parquet"] = Field(
        description="`csv`, `json` (an object a line) or `parquet`; packed, where the path ends in `.gz` or `.zst`"
    )
    every: Length | None = Field(default=None, description="How much time one file covers; else `1d`")


class DatabaseBlock(Shape):
    """A table of a database."""

    block: Literal["database"] = Field(description="`database`")
    connection: ConnectionName = Field(description="The connection whose URL is the database")
    table: TableName = Field(description="The table, with its schema where it has one")
    cursor: ColumnName | None = Field(
        default=None, description="The column of time by which only the interval's rows are read; else all are"
    )


class PaginateBlock(Shape):
    """How the pages of an answer follow each other: one of `next`, `page`, `offset`."""

    next: KeyPath | None = Field(
        default=None, description="The keys of an answer at which it says where its next page is: `links.next`"
    )
    parameter: StrictText | None = Field(
        default=None, description="With `next`: what stands there goes into this parameter; else it is a URL"
    )
    page: StrictText | None = Field(default=None, description="The parameter that counts pages, until one is empty")
    first: PageNumber | None = Field(default=None, description="With `page`: the number of the first page; else `1`")
    offset: StrictText | None = Field(
        default=None, description="The parameter that counts the records read before, until a page is empty"
    )


def _paginated_how(paginate: object) -> str:
    return "word" if isinstance(paginate, str) else "how"


PaginateOrWord = Annotated[
    Annotated[PaginateBlock, Tag("how")] | Annotated[Literal["link"], Tag("word")], Discriminator(_paginated_how)
]


class HttpBlock(Shape):
    """Records that an API answers with."""

    block: Literal["http"] = Field(description="`http`")
    connection: ConnectionName = Field(
        description="The connection whose URL is the API's, with what it asks for: `https://:token@host/v1`"
    )
    path: Endpoint = Field(description="What is asked for, below that URL; it may hold `{start:…}` and `{end:…}`")
    query: dict[StrictText, QueryValue] = Field(
        default_factory=dict,
        description="The parameters; `{start:%Y-%m-%dT%H:%M:%SZ}` and `{end:…}` are the interval's",
    )
    records: KeyPath | None = Field(
        default=None,
        description="The keys of an answer at which its list of records is: `data.items`; else it is a list",
    )
    paginate: PaginateOrWord | None = Field(
        default=None, description="`link` (the header), or how pages follow each other; else the answer is whole"
    )
    cursor: ColumnName | None = Field(
        default=None, description="The column of time by which only the interval's records are kept; else all are"
    )


class PoisonBlock(Shape):
    """How many messages that can be no rows may be set aside; without it, the first one ends the run."""

    at_most: Share = Field(description="This share of the messages that are read; beyond it nothing is published")


class KafkaBlock(Shape):
    """Messages of a topic, an object of JSON each, or written by a registered schema."""

    block: Literal["kafka"] = Field(description="`kafka`")
    connection: ConnectionName = Field(
        description="The connection whose URL is the broker's, with librdkafka's settings: `kafka://host:9092?…`"
    )
    topic: TopicName = Field(description="The topic; each message is read once, and again with its interval")
    skip: list[MessagePlace] = Field(
        default_factory=list, description="Messages that are passed over, as `partition@offset`"
    )
    quarantine: PoisonBlock | None = None
    registry: ConnectionName | None = Field(
        default=None,
        description="The connection whose URL is that of the schema registry: each message names its schema there, of "
        "Avro or of JSON",
    )


SourceBlock = Annotated[FilesBlock | DatabaseBlock | HttpBlock | KafkaBlock, Field(discriminator="block")]
