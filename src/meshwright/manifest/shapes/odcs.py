"""ODCS: the shape of the block under `contract:`, valid ODCS once the standard's header is added.

Keys of the standard that describe and are not executed here are accepted as `Unread`, and said to be so: a promise that
nothing holds must never look like one that is held.
"""

from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag
from pydantic.alias_generators import to_camel

from meshwright.manifest.shapes.values import (
    Bool,
    CheckName,
    ColumnName,
    ColumnReference,
    Example,
    Length,
    Name,
    Number,
    OptionalValue,
    Pattern,
    ReferredColumn,
    Share,
    StrictText,
    Value,
)
from meshwright.model.contract import LogicalType, Operator, Unit
from meshwright.model.diagnostic import Severity

Unread = Annotated[Any, Field(description="Part of ODCS; nothing reads it yet", exclude=True)]


_USAGE, _LIMITATIONS = "Usage: ", "Limitations: "


class Shape(BaseModel):
    """What every document has in common: keys in camelCase, and no others."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, use_enum_values=False)

    unread: ClassVar[frozenset[str]] = frozenset()
    """The fields that are accepted and not read."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        cls.unread = frozenset(name for name, field in cls.model_fields.items() if field.exclude)


class Description(Shape):
    """What something is for, and what it is not for."""

    purpose: StrictText | None = Field(default=None, description="What it is for; for a table, what one row is")
    usage: StrictText | None = Field(default=None, description="How it is meant to be used")
    limitations: StrictText | None = Field(default=None, description="What it cannot be used for")

    @property
    def text(self) -> str:
        """All that is said, as paragraphs."""
        parts = (("", self.purpose), (_USAGE, self.usage), (_LIMITATIONS, self.limitations))
        return "\n\n".join(f"{label}{part.strip()}" for label, part in parts if part)


def described(text: str) -> dict[str, str]:
    """Return the parts that a `Description` has made one text of."""
    rest, _, limitations = _parted(f"\n\n{text}", _LIMITATIONS)
    purpose, _, usage = _parted(rest, _USAGE)
    parts = {"purpose": purpose.strip(), "usage": usage, "limitations": limitations}
    return {name: part for name, part in parts.items() if part}


def _parted(text: str, label: str) -> tuple[str, str, str]:
    before, found, after = text.rpartition(f"\n\n{label}")
    return (before, found, after) if found else (text, "", "")


class Arguments(Shape):
    """What a library metric needs beside its column."""

    valid_values: list[Value] | None = Field(
        default=None, min_length=1, description="`invalidValues`: all others are invalid"
    )
    pattern: Pattern | None = Field(
        default=None, description="`invalidValues`: a regular expression that the text must match"
    )
    properties: list[ColumnName] | None = Field(
        default=None, min_length=1, description="`duplicateValues` of a table: the columns that are unique together"
    )
    missing_values: list[OptionalValue] | None = Field(
        default=None,
        min_length=1,
        description="`missingValues`: what stands for a value that is missing, beside null; else blank text does",
    )


def _listed_or_renamed(by: object) -> str:
    return "renamed" if isinstance(by, dict) else "listed"


class LostRows(Shape):
    """How many rows that were read of a source no row of the table may have been made of."""

    lost_rows: Name = Field(description="An input of the product that is a source")
    by: (
        Annotated[
            Annotated[list[ColumnName], Tag("listed")] | Annotated[dict[ColumnName, ColumnName], Tag("renamed")],
            Discriminator(_listed_or_renamed),
        ]
        | None
    ) = Field(
        default=None,
        min_length=1,
        description="The columns that name a row in both, as a list, or as `{column: column of the source}`; else rows "
        "are counted",
    )
    at_most: Share | None = Field(default=None, description="The share of them that may be lost; else none")


class InputAge(Shape):
    """How old an input may be when the table is made of it."""

    input_age: Name = Field(description="An input of the product")
    by: ColumnName | None = Field(
        default=None,
        description="Of a source: its column of time, whose newest value is as old as it is; else when its files were "
        "written",
    )
    at_most: Length = Field(description="Nothing that is older is published")


_MAPPED = {"lostRows": "rows", "inputAge": "age"}


def _kind_of_implementation(said: object) -> str:
    """Return which is meant; a mapping that is like neither is told that it is no name."""
    if not isinstance(said, dict):
        return "name"
    meant = (_MAPPED[near[0]] for key in said if (near := get_close_matches(str(key), _MAPPED, 1)))
    return next(meant, "rows" if {"by", "atMost"} & said.keys() else "name")


Implementation = Annotated[
    Annotated[Literal["hashChain"], Tag("name")] | Annotated[LostRows, Tag("rows")] | Annotated[InputAge, Tag("age")],
    Discriminator(_kind_of_implementation),
]


class Quality(Shape):
    """One check."""

    type: Literal["library", "sql", "custom", "text"] = Field(
        default="library", description="`library`, `sql`, `custom`, or `text`, which is for people only"
    )
    name: CheckName | None = Field(
        default=None, description="Its name in `onFail` and in results; else made of column and metric"
    )
    description: StrictText | None = Field(default=None, description="What it is for")
    metric: Literal["nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount"] | None = Field(
        default=None, description="`library`: what is counted"
    )
    arguments: Arguments | None = None
    unit: Unit | None = Field(default=None, description="`rows` (the default) or `percent`")
    severity: Severity | None = Field(
        default=None, description="`error` (the default) blocks the publish, `warning` does not"
    )
    query: StrictText | None = Field(
        default=None, description="`sql`: one SELECT of one number, in the dialect of the port's SQL"
    )
    engine: Literal["meshwright"] | None = Field(default=None, description="`custom`: `meshwright`")
    implementation: Implementation | None = Field(
        default=None,
        description="`custom`: `hashChain` recomputes every row's hash and every link of a ledger; `{lostRows: …}` and "
        "`{inputAge: …}` hold an input against what was made of it",
    )
    must_be: Number | None = Field(
        default=None, description="The measured number equals this; one operator for each check"
    )
    must_not_be: Number | None = Field(default=None, description="It does not")
    must_be_greater_than: Number | None = Field(default=None, description="It is greater")
    must_be_greater_or_equal_to: Number | None = Field(default=None, description="It is greater, or equal")
    must_be_less_than: Number | None = Field(default=None, description="It is less")
    must_be_less_or_equal_to: Number | None = Field(default=None, description="It is less, or equal")
    must_be_between: list[Number] | None = Field(
        default=None, min_length=2, max_length=2, description="It is between the two, and neither of them"
    )
    must_not_be_between: list[Number] | None = Field(
        default=None, min_length=2, max_length=2, description="It is not between the two"
    )
    id: Unread = None
    dimension: Unread = None
    business_impact: Unread = None
    method: Unread = None
    tags: Unread = None
    authoritative_definitions: Unread = None
    custom_properties: Unread = None


class Relationship(Shape):
    """What rows refer to: every value is there, in the other table. Null refers to nothing."""

    type: Literal["foreignKey"] | None = Field(default=None, description="`foreignKey`")
    from_: ColumnReference | list[ColumnReference] | None = Field(
        default=None, alias="from", description="Of a table: its own column, or columns, as `table.column`"
    )
    to: ReferredColumn | list[ReferredColumn] = Field(
        description="`table.column` of a table of the product or of an input, `input.table.column` where that has "
        "several tables; or a list of them"
    )
    id: Unread = None
    custom_properties: Unread = None


class Property(Shape):
    """One column."""

    name: ColumnName = Field(description="The column's name in SQL")
    logical_type: LogicalType = Field(
        description="`string`, `integer`, `number`, `boolean`, `date`, `timestamp`, `time`, `object` or `array`"
    )
    required: Bool = Field(default=False, description="No row leaves it null")
    unique: Bool = Field(default=False, description="No two rows share a value")
    primary_key: Bool = Field(default=False, description="It is the key, or a part of it")
    partitioned: Bool = Field(
        default=False, description="With `publish: {mode: partition}`: it tells partitions apart, alone or with others"
    )
    description: StrictText | None = Field(default=None, description="What it means")
    classification: StrictText | None = Field(
        default=None, description="How careful one must be: `public`, `internal`, `personal` …"
    )
    examples: list[Example] | None = Field(default=None, description="Values that it may have")
    quality: list[Quality] = Field(default_factory=list)
    relationships: list[Relationship] = Field(default_factory=list)
    primary_key_position: Unread = None
    id: Unread = None
    business_name: Unread = None
    physical_name: Unread = None
    physical_type: Unread = None
    logical_type_options: Unread = None
    partition_key_position: Unread = None
    encrypted_name: Unread = None
    transform_source_objects: Unread = None
    transform_logic: Unread = None
    transform_description: Unread = None
    critical_data_element: Unread = None
    items: Unread = None
    properties: Unread = None
    tags: Unread = None
    authoritative_definitions: Unread = None
    custom_properties: Unread = None


class Table(Shape):
    """One table."""

    name: ColumnName = Field(description="The table's name")
    description: StrictText | None = Field(default=None, description="What one row is")
    logical_type: Literal["object"] | None = Field(default=None, description="`object`")
    properties: list[Property] = Field(min_length=1)
    quality: list[Quality] = Field(default_factory=list)
    relationships: list[Relationship] = Field(default_factory=list)
    id: Unread = None
    business_name: Unread = None
    physical_name: Unread = None
    physical_type: Unread = None
    data_granularity_description: Unread = None
    tags: Unread = None
    authoritative_definitions: Unread = None
    custom_properties: Unread = None


class ContractBlock(Shape):
    """What a port promises."""

    description: Description | None = None
    tables: list[Table] = Field(alias="schema", min_length=1)
    tags: Unread = None
    servers: Unread = None
    price: Unread = None
    roles: Unread = None
    sla_properties: Unread = None
    authoritative_definitions: Unread = None
    custom_properties: Unread = None


OPERATORS = {
    "must_be": Operator.EQUAL,
    "must_not_be": Operator.NOT_EQUAL,
    "must_be_greater_than": Operator.GREATER,
    "must_be_greater_or_equal_to": Operator.GREATER_OR_EQUAL,
    "must_be_less_than": Operator.LESS,
    "must_be_less_or_equal_to": Operator.LESS_OR_EQUAL,
    "must_be_between": Operator.BETWEEN,
    "must_not_be_between": Operator.NOT_BETWEEN,
}
"""The fields of a check that are operators."""
