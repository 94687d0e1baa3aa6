"""Values: the types of the manifest's keys, strict: what YAML read as a number never passes for text."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from pathlib import PurePosixPath
from typing import Annotated, Any, TypeVar

from pydantic import Discriminator, PlainValidator, StringConstraints, Tag, WithJsonSchema
from pydantic.types import Strict
from pydantic_core import PydanticCustomError

from meshwright.manifest.shapes import scalars
from meshwright.manifest.shapes.scalars import Unreadable
from meshwright.manifest.shapes.spellings import (
    CHECK_NAME,
    CHECK_REFERENCE,
    COLUMN_KEY,
    COLUMN_NAME,
    COLUMN_REFERENCE,
    CONNECTION_NAME,
    CURRENCY,
    EMAIL,
    KEY_PATH,
    LINK,
    MESSAGE_PLACE,
    NAME,
    REFERRED_COLUMN,
    TABLE_NAME,
    TOPIC_NAME,
    URL,
    spelt,
)
from meshwright.model.address import Reference, parse
from meshwright.model.errors import NotFound
from meshwright.model.mask import TimeUnit, TruncateText, TruncateTime
from meshwright.model.pattern import mistake
from meshwright.model.ratio import Ratio

T = TypeVar("T")

MOST_RETRIES, MOST_SLOTS = 20, 10_000
_START = re.compile(r"\{start:[^{}]+\}")
_START_OR_END = re.compile(r"\{(?:start|end):[^{}]+\}")
_TIME_CODE = re.compile(r"%-?.")
_TIME_CODES = frozenset("aAbBdfFGHIjmMpSTuUVwWyYzZ%")


def read_by(read: Callable[[str], T]) -> Callable[[Any], T]:
    """Return the validator that reads a text with `read`, and whose error carries a hint."""

    def validate(value: Any) -> T:
        try:
            # A number is shown to the reader too: who wrote `0.99` is to learn how a percentage is written.
            found = read(str(value) if type(value) in (int, float) else _text(value))
        except Unreadable as error:
            raise PydanticCustomError("unreadable", "{message}", {"message": str(error), "hint": error.hint}) from None
        _text(value)
        return found

    return validate


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "not text")
    return value


def _version(text: str) -> str:
    parts = text.split(".")
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() and p == str(int(p[:9])) for p in parts):
        raise Unreadable(f"`{text}` is not a version", "write `major.minor.patch`, such as `1.0.0`")
    return text


def _port(text: str) -> Reference:
    hint = "write `domain.product:port@1`; consumers pin a major version"
    try:
        reference = parse(text)
    except NotFound:
        raise Unreadable(f"`{text}` is not the address of an output port", hint) from None
    if reference.port is None or reference.major is None or reference.parts:
        if reference.parts:
            raise Unreadable(
                f"`{text}` names a part of a port", "read the whole port; the SQL says what it takes of it"
            )
        what = "pins no major version" if reference.port else "names no port"
        raise Unreadable(f"`{text}` {what}", hint)
    return reference


def _successor(text: str) -> Reference | tuple[str, int]:
    name, _, major = text.partition("@")
    if re.fullmatch(NAME, name) and major.isascii() and major.isdigit():
        return name, int(major)
    return _port(text)


def _subject(text: str) -> str:
    try:
        return str(parse(text))
    except NotFound as error:
        raise Unreadable(error.message, error.hint) from None


def _relative(text: str) -> str:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\\" in text or not path.parts:
        raise Unreadable(f"`{text}` leads out of its folder", "write a path below it, with `/` and without `..`")
    return text


def _number(value: Any) -> Decimal:
    if type(value) not in (int, float) or not isfinite(value):
        raise PydanticCustomError("float_type", "not a number")
    return Decimal(str(value))


def _amount(value: Any) -> Decimal:
    number = _number(value)
    if number < 0:
        hint = "write what may be spent, `0` or more"
        raise PydanticCustomError(
            "unreadable", "{message}", {"message": f"`{number}` is less than nothing", "hint": hint}
        )
    return number


def _retries(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST_RETRIES:
        hint = f"write a whole number from `0` to `{MOST_RETRIES}`"
        message = {"message": f"`{value}` is not how often something is tried again", "hint": hint}
        raise PydanticCustomError("unreadable", "{message}", message)
    return value


def _slots(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= MOST_SLOTS:
        hint = f"write a whole number from `1` to `{MOST_SLOTS}`"
        message = {"message": f"`{value}` is not how many tasks may work at once", "hint": hint}
        raise PydanticCustomError("unreadable", "{message}", message)
    return value


def _page_number(value: Any) -> int:
    if type(value) is not int or value < 0:
        told = {"message": f"`{value}` is not the number of a page", "hint": "write a whole number, `0` or more"}
        raise PydanticCustomError("unreadable", "{message}", told)
    return value


def value_text(value: str | float) -> str:
    """Return a value of some column as text, the way it was written."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _single(value: Any) -> str | int | float:
    match value:
        case bool() | str() | int() | float():
            return value
    raise PydanticCustomError("value_type", "not a single value")


def _value(value: Any) -> str:
    return value_text(_single(value))


def _truncation(value: Any) -> TruncateText | TruncateTime:
    """Return to how much a value is cut down: a number of characters, or a unit of time."""
    match value:
        case int() if value is not True and value > 0:
            return TruncateText(value)
        case str() if value in set(TimeUnit):
            return TruncateTime(TimeUnit(value))
    units = ", ".join(f"`{unit}`" for unit in TimeUnit)
    told = {"message": f"nothing can be truncated to `{value}`"}
    raise PydanticCustomError("unreadable", "{message}", told | {"hint": f"write a number of characters, or {units}"})


def _source_path(text: str) -> str:
    if "**" in text:
        hint = "write a `*` for each folder, such as `*/*.csv`"
        raise Unreadable("a pattern reaches as far down as it has folders, and `**` is none", hint)
    return _timed(_relative(text), _START, "write the time as `{start:%Y-%m-%dT%H}`")


def _endpoint(text: str) -> str:
    if set(text) & set("?#"):
        raise Unreadable(f"`{text}` is more than a path", "write what is asked for under `query`")
    return _timed(_relative(text), _START_OR_END, "write the time as `{start:%Y-%m-%d}`")


def _query_value(value: Any) -> str:
    try:
        return _timed(_value(value), _START_OR_END, "write the time as `{start:%Y-%m-%dT%H:%M:%SZ}` or `{end:…}`")
    except Unreadable as error:
        raise PydanticCustomError("unreadable", "{message}", {"message": str(error), "hint": error.hint}) from None


def _timed(text: str, known: re.Pattern[str], hint: str) -> str:
    """Return a text whose placeholders are times that can be written."""
    if set(known.sub("", text)) & set("{}"):
        raise Unreadable(f"`{text}` has a placeholder that is not known", hint)
    for placeholder in known.findall(text):
        unknown = [code for code in _TIME_CODE.findall(placeholder) if code[-1] not in _TIME_CODES]
        if unknown or "%" not in placeholder:
            said = f"there is no `{unknown[0]}` in a time" if unknown else f"`{placeholder}` names no time"
            raise Unreadable(said, hint)
    return text


def _pattern(text: str) -> str:
    wrong = mistake(text)
    if wrong:
        raise Unreadable(f"this is not a regular expression: {wrong}", "quote it with `'…'`, so that a `\\` stays one")
    return text


def _like(example: str, pattern: str = "") -> WithJsonSchema:
    """Return what editors are told of a text that a function of ours reads."""
    told = {"type": "string", "examples": [example]}
    return WithJsonSchema(told | {"pattern": pattern} if pattern else told)


StrictText = Annotated[str, StringConstraints(strict=True, min_length=1)]
Name = Annotated[str, spelt(NAME)]
ConnectionName = Annotated[str, spelt(CONNECTION_NAME)]
CheckName = Annotated[str, spelt(CHECK_NAME)]
CheckReference = Annotated[str, spelt(CHECK_REFERENCE)]
ColumnName = Annotated[str, spelt(COLUMN_NAME)]
ColumnReference = Annotated[str, spelt(COLUMN_REFERENCE)]
ReferredColumn = Annotated[str, spelt(REFERRED_COLUMN)]
ColumnKey = Annotated[str, spelt(COLUMN_KEY)]
TableName = Annotated[str, spelt(TABLE_NAME)]
Currency = Annotated[str, spelt(CURRENCY)]
Email = Annotated[str, spelt(EMAIL)]
Url = Annotated[str, spelt(URL)]
Link = Annotated[str, spelt(LINK)]
Bool = Annotated[bool, Strict()]
Number = Annotated[Decimal, PlainValidator(_number), WithJsonSchema({"type": "number"})]
Amount = Annotated[Decimal, PlainValidator(_amount), WithJsonSchema({"type": "number", "minimum": 0})]
Value = Annotated[str, PlainValidator(_value), WithJsonSchema({"type": ["string", "number", "boolean"]})]
OptionalValue = Annotated[
    str | None,
    PlainValidator(lambda value: None if value is None else _value(value)),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]
Example = Annotated[
    str | int | float, PlainValidator(_single), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
Length = Annotated[timedelta, PlainValidator(read_by(scalars.length)), _like("90m", r"^[1-9][0-9]{0,5}[smhdw]$")]
Instant = Annotated[datetime, PlainValidator(read_by(scalars.moment)), _like("2013-01-01T06:00:00Z")]
Day = Annotated[date, PlainValidator(read_by(scalars.day)), _like("2027-03-01", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Subject = Annotated[str, PlainValidator(read_by(_subject)), _like("domain.product:port@1")]
Since = Annotated[datetime | timedelta, PlainValidator(read_by(scalars.since)), _like("3h")]
Objective = Annotated[Ratio, PlainValidator(read_by(scalars.objective)), _like("99.9%")]
LandingObjective = Annotated[Ratio, PlainValidator(read_by(scalars.landing_objective)), _like("95%")]
LocalTime = Annotated[
    time, PlainValidator(read_by(scalars.local_time)), _like("07:00", r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
]
Calendar = Annotated[str, PlainValidator(read_by(scalars.calendar)), _like("BE")]
Retries = Annotated[
    int, PlainValidator(_retries), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MOST_RETRIES})
]
Slots = Annotated[int, PlainValidator(_slots), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_SLOTS})]
PageNumber = Annotated[int, PlainValidator(_page_number), WithJsonSchema({"type": "integer", "minimum": 0})]
Share = Annotated[Ratio, PlainValidator(read_by(scalars.share)), _like("5%")]
Version = Annotated[str, PlainValidator(read_by(_version)), _like("1.0.0", r"^[0-9]+\.[0-9]+\.[0-9]+$")]
EntryGroup = Annotated[
    str,
    PlainValidator(read_by(scalars.entry_group)),
    _like("projects/acme/locations/europe-west1/entryGroups/mesh"),
]
Cron = Annotated[str, PlainValidator(read_by(scalars.cron)), _like("0 * * * *")]
Timezone = Annotated[str, PlainValidator(read_by(scalars.timezone)), _like("Europe/Brussels")]
PortReference = Annotated[Reference, PlainValidator(read_by(_port)), _like("domain.product:port@1")]
SuccessorReference = Annotated[Reference | tuple[str, int], PlainValidator(read_by(_successor)), _like("port@2")]
Pattern = Annotated[str, PlainValidator(read_by(_pattern)), _like("^[A-Z]{3}$")]
Endpoint = Annotated[str, PlainValidator(read_by(_endpoint)), _like("v1/orders")]
QueryValue = Annotated[str, PlainValidator(_query_value), _like("{start:%Y-%m-%dT%H:%M:%SZ}")]
KeyPath = Annotated[str, spelt(KEY_PATH)]
TopicName = Annotated[str, spelt(TOPIC_NAME)]
MessagePlace = Annotated[str, spelt(MESSAGE_PLACE)]
SourcePath = Annotated[str, PlainValidator(read_by(_source_path)), _like("orders/{start:%Y-%m-%d}.csv")]
Truncation = Annotated[
    TruncateText | TruncateTime,
    PlainValidator(_truncation),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "enum": [*TimeUnit]}]}),
]
RelativePath = Annotated[str, PlainValidator(read_by(_relative)), _like("orders.sql")]


def _several(value: object) -> str:
    return "tables" if isinstance(value, dict) else "table"


OfTables = Annotated[
    Annotated[T, Tag("table")] | Annotated[dict[ColumnName, T], Tag("tables")], Discriminator(_several)
]
"""One value for a port's table, or one for each of its tables by name."""
