"""Mistakes in manifests: made at every key and every value of the examples' YAML, by small mutators."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import yaml
from tests.mutants.mutant import Mutant, Source
from yaml.nodes import MappingNode, Node, ScalarNode

REQUIRED = {
    "Mesh": "name people[].username purposes[].name purposes[].director",
    "Domain": "team.members team.members[].username team.members[].role support[].channel",
    "DataProduct": (
        "apiVersion kind description outputPorts inputPorts[].name inputPorts[].source.connection"
        " inputPorts[].source.path inputPorts[].source.format inputPorts[].source.table"
        " inputPorts[].contract.schema inputPorts[].contract.schema[].name inputPorts[].contract.schema[].properties"
        " inputPorts[].contract.schema[].properties[].name inputPorts[].contract.schema[].properties[].logicalType"
        " outputPorts[].name outputPorts[].version outputPorts[].contract outputPorts[].contract.schema"
        " outputPorts[].contract.schema[].name outputPorts[].contract.schema[].properties"
        " outputPorts[].contract.schema[].properties[].name outputPorts[].contract.schema[].properties[].logicalType"
        " outputPorts[].slo.freshness.maxAge outputPorts[].slo.freshness.objective outputPorts[].slo.quality.objective"
        " outputPorts[].samples[].title outputPorts[].samples[].sql outputPorts[].virtual.connection"
        " outputPorts[].virtual.table"
    ),
}
"""The keys that must be there, by the kind of the document."""

FREE = {"environments"}
"""Mappings whose keys are names that somebody chose."""

NAMED = {"outputPorts[].columns", "policies"}
"""Mappings whose keys name something that is declared elsewhere."""

NUMBERS = re.compile(r"mustBe|budget")
"""Keys whose values are numbers."""

ANY_SCALAR = re.compile(r"examples|validValues|kpi\.target")
"""Keys whose values may be text as well as numbers."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A value of a document with its key, if it has one, and that key's neighbours in the mapping."""

    path: str
    node: Node
    parent: Node
    parent_line: int
    key: ScalarNode | None = None
    before: Node | None = None
    next: ScalarNode | None = None

    @property
    def name(self) -> str:
        """The last key."""
        return self.path.removesuffix("[]").rpartition(".")[2]

    @property
    def start(self) -> int:
        return self.node.start_mark.index

    @property
    def line(self) -> int:
        """The line of the key, or of a value that has none."""
        return (self.key or self.node).start_mark.line + 1


def kind_of(source: Source) -> str:
    return {"mesh.yaml": "Mesh", "domain.yaml": "Domain"}.get(source.file.rpartition("/")[2], "DataProduct")


def spots(source: Source) -> list[Spot]:
    """Every value of a document, in order."""
    root = yaml.compose(source.text, Loader=yaml.SafeLoader)
    return list(_below(root, "", 1))


def _below(node: Node, path: str, line: int) -> Iterator[Spot]:
    if isinstance(node, MappingNode):
        before: Node | None = None
        for number, (key, value) in enumerate(node.value):
            after = node.value[number + 1][0] if number + 1 < len(node.value) else None
            here = f"{path}.{key.value}".removeprefix(".")
            yield Spot(here, value, node, line, key, before, after)
            yield from _below(value, here, key.start_mark.line + 1)
            before = value
    elif not isinstance(node, ScalarNode):
        for item in node.value:
            yield Spot(f"{path}[]", item, node, line)
            yield from _below(item, f"{path}[]", item.start_mark.line + 1)


def end_of(source: Source, node: Node) -> int:
    """Where a value ends: libyaml ends a block at the next token, which may be lines below."""
    return len(source.text[: node.end_mark.index].rstrip())


Mutator = Callable[[Source, Spot], Mutant | None]


def _misspelt(change: Callable[[str], str], what: str) -> Mutator:
    def mutate(source: Source, spot: Spot) -> Mutant | None:
        if spot.key is None or spot.path.rpartition(".")[0] in FREE or change(spot.key.value) == spot.key.value:
            return None
        start, end = spot.key.start_mark.index, spot.key.end_mark.index
        code = "MW0111" if spot.path.rpartition(".")[0] in NAMED else "MW0105"
        return source.mutant(f"key {what}", (start, end, change(spot.key.value)), code, spot.line)

    return mutate


def _missing(source: Source, spot: Spot) -> Mutant | None:
    wanted = spot.key is not None and spot.path in REQUIRED[kind_of(source)].split()
    if not wanted or spot.key is None:
        return None
    if spot.next is not None:
        cut = (spot.key.start_mark.index, spot.next.start_mark.index, "")
    elif spot.before is not None:
        cut = (end_of(source, spot.before), end_of(source, spot.node), "")
    else:
        return None
    return source.mutant("required key missing", cut, "MW0106", spot.parent_line)


def _twice(source: Source, spot: Spot) -> Mutant | None:
    if spot.key is None:
        return None
    start = spot.key.start_mark.index
    entry = source.text[start : end_of(source, spot.node)]
    flow = bool(spot.parent.flow_style)
    again = f"{entry}, " if flow else f"{entry}\n{' ' * spot.key.start_mark.column}"
    return source.mutant("key there twice", (start, start, again), "MW0103", spot.line + again.count("\n"))


def _value(kind: str, new: str, code: str, wanted: Callable[[Spot], bool]) -> Mutator:
    """Return what writes something else instead of a value."""

    def mutate(source: Source, spot: Spot) -> Mutant | None:
        if not wanted(spot):
            return None
        block = isinstance(spot.node, ScalarNode) and spot.node.style in ("|", ">")
        line = spot.node.start_mark.line + 1 if isinstance(spot.node, ScalarNode) else spot.line
        # A block that begins on the line below its key is replaced on the key's own line.
        start = spot.key.end_mark.index + 1 if spot.key is not None and not block else spot.start
        lead = " " if spot.key is not None and not block else ""
        return source.mutant(kind, (start, end_of(source, spot.node), f"{lead}{new}"), code, line)

    return mutate


def _is_text(spot: Spot) -> bool:
    number = NUMBERS.search(spot.path) or ANY_SCALAR.search(spot.path)
    plain = isinstance(spot.node, ScalarNode) and spot.node.value not in ("true", "false")
    return plain and not number


def _is_scalar(spot: Spot) -> bool:
    return isinstance(spot.node, ScalarNode)


def _is_collection(spot: Spot) -> bool:
    return not _is_scalar(spot)


def _is_bool(spot: Spot) -> bool:
    return spot.name in ("required", "primaryKey", "unique")


def _of(*names: str) -> Callable[[Spot], bool]:
    return lambda spot: spot.key is not None and spot.path.endswith(names) and _is_scalar(spot)


def _changed(kind: str, change: Callable[[str], str], code: str, wanted: Callable[[Spot], bool]) -> Mutator:
    """Return what changes a value a little."""

    def mutate(source: Source, spot: Spot) -> Mutant | None:
        if not wanted(spot) or change(spot.node.value) == spot.node.value:
            return None
        edit = (spot.start, end_of(source, spot.node), f'"{change(spot.node.value)}"')
        return source.mutant(kind, edit, code, spot.node.start_mark.line + 1)

    return mutate


ENUMS = ("apiVersion", "kind", "type", "logicalType", "mode", "block", "format", "severity", "unit", "metric", "on",
         "when", "engine", "implementation")  # fmt: skip


def _is_enum(spot: Spot) -> bool:
    return spot.key is not None and spot.name in ENUMS and _is_scalar(spot) and not spot.path.startswith("glossary")


def _last_but_one(text: str) -> str:
    return text[:-2] + text[-1:]


def _snake(text: str) -> str:
    return re.sub(r"([A-Z])", lambda m: f"_{m[1].lower()}", text)


REFERENCES = ("username", "director", "steward", "purpose")


def _is_person_or_purpose(spot: Spot) -> bool:
    if not _is_scalar(spot) or spot.key is None:
        return False
    return spot.path in ("team.members[].username", "purposes[].director", "steward", "purpose")


MUTATORS: dict[str, Mutator] = {
    "key: a letter missing": _misspelt(_last_but_one, "with a letter missing"),
    "key: another case": _misspelt(str.upper, "in another case"),
    "key: snake_case": _misspelt(_snake, "in snake_case"),
    "key: missing": _missing,
    "key: twice": _twice,
    "value: none": _value("no value", "", "MW0107", lambda s: s.key is not None),
    "value: a number for text": _value("a number for text", "7.5", "MW0107|MW0108", _is_text),
    "value: a mapping for a scalar": _value("a mapping for a scalar", "{a: 1}", "MW0107|MW0108", _is_scalar),
    "value: a list for a scalar": _value("a list for a scalar", "[a]", "MW0107|MW0108", _is_scalar),
    "value: a scalar for a collection": _value(
        "a scalar for a collection", "oops", "MW0107|MW0108|MW0101", _is_collection
    ),
    "value: text for a number": _value("text for a number", "many", "MW0107", lambda s: bool(NUMBERS.search(s.path))),
    "value: text for a boolean": _value("text for a boolean", '"true"', "MW0107", _is_bool),
    "value: `no`": _value("`no`", "no", "MW0104", lambda s: _is_text(s) or _is_bool(s)),
    "value: `010`": _value("`010`", "010", "MW0104", _is_scalar),
    "value: `1:30`": _value("`1:30`", "1:30", "MW0104", _is_text),
    "value: `1_000`": _value("`1_000`", "1_000", "MW0104", _is_scalar),
    "value: a tag": _value("a tag", "!secret x", "MW0102", _is_scalar),
    "value: an unknown alias": _value("an unknown alias", "*x", "MW0102", _is_scalar),
    "value: an anchor within itself": _value("cyclic", "&x [*x]", "MW0102", _is_collection),
    "enum: a letter missing": _changed("value with a letter missing", _last_but_one, "MW0108", _is_enum),
    "enum: another case": _changed("value in another case", str.swapcase, "MW0108", _is_enum),
    "reference: misspelt": _changed("misspelt reference", _last_but_one, "MW0111", _is_person_or_purpose),
    "version: two parts": _changed("version of two parts", lambda v: v[:-2], "MW0108", _of("[].version")),
    "objective: 100%": _changed("objective", lambda _: "100%", "MW0108", _of("objective")),
    "objective: 0%": _changed("objective", lambda _: "0%", "MW0108", _of("objective")),
    "objective: 101%": _changed("objective", lambda _: "101%", "MW0108", _of("objective")),
    "objective: no percentage": _changed("objective", lambda _: "0.99", "MW0108", _of("objective")),
    "length: negative": _changed("length", lambda v: f"-{v}", "MW0108", _of("maxAge", "waitAtMost", "every")),
    "length: none": _changed("length", lambda _: "0m", "MW0108", _of("maxAge", "waitAtMost", "every")),
    "length: no unit": _changed("length", lambda v: v[:-1], "MW0108", _of("maxAge", "waitAtMost", "every")),
    "length: in words": _changed("length", lambda _: "an hour", "MW0108", _of("maxAge", "waitAtMost", "every")),
    "cron: four fields": _changed("cron", lambda v: v[:-2], "MW0108", _of("cron")),
    "cron: minute 60": _changed("cron", lambda v: f"60{v[1:]}", "MW0108", _of("cron")),
    "cron: weekday 9": _changed("cron", lambda v: f"{v[:-1]}9", "MW0108", _of("cron")),
    "instant: no day": _changed("instant", lambda v: v.replace("-01-", "-13-"), "MW0108", _of(".since", ".until")),
    "from: no such product": _changed(
        "dangling product", lambda v: v.replace(":", "s:"), "MW0110", _of("inputPorts[].from")
    ),
    "from: no such port": _changed("dangling port", lambda v: v.replace("@", "x@"), "MW0110", _of("[].from")),
    "from: no such major": _changed("dangling major", lambda v: v.replace("@1", "@7"), "MW0110", _of("[].from")),
    "from: no major": _changed("no major", lambda v: v.replace("@1", ""), "MW0108", _of("[].from")),
    "from: no port": _changed("no port", lambda v: v.partition(":")[0], "MW0108", _of("[].from")),
    "from: a column": _changed("a column", lambda v: f"{v}.x", "MW0108", _of("[].from")),
    "secret: a password in a URL": _changed(
        "secret", lambda _: "postgresql://shop:hunter2" + "@db.example/orders", "MW0109", _of(".purpose", "description")
    ),
    "secret: a token": _changed("secret", lambda v: f"{v} ghp_" + "a1B2" * 9, "MW0109", _of("email", "title")),
    "secret: a key of AWS": _changed("secret", lambda v: "AKIA" + "IOSFODNN7EXAMPLE", "MW0109", _of("connection")),
    "secret: a key of Google": _changed("secret", lambda v: "AIza" + "B" * 35, "MW0109", _of("channel", "table")),
    "query: no such column": _changed(
        "query", lambda q: q.replace("SELECT ", "SELECT SUM(nothing) + ", 1), "MW0206", _of("[].query")
    ),
    "query: no such table": _changed("query", lambda q: q.replace("{object}", "nowhere"), "MW0203", _of("[].query")),
    "query: a placeholder misspelt": _changed(
        "query", lambda q: q.replace("{object}", "{obejct}"), "MW0201|MW0210", _of("[].query")
    ),
    "query: a bracket too much": _changed("query", lambda q: f"{q})", "MW0201", _of("[].query", "samples[].sql")),
    "query: two columns": _changed(
        "query", lambda q: q.replace(" FROM", ", 1 AS x FROM", 1), "MW0202", _of("[].query")
    ),
    "query: text": _changed("query", lambda q: q.replace("COUNT(*)", "MAX('x')", 1), "MW0202", _of("[].query")),
    "query: nothing grouped": _changed("query", lambda q: f"{q} HAVING nothing", "MW0206", _of("[].query")),
    "query: a second statement": _changed(
        "query", lambda q: f"{q}; DROP TABLE x", "MW0202", _of("[].query", "samples[].sql")
    ),
    "query: no SELECT": _changed(
        "query", lambda q: q.replace("SELECT", "DELETE", 1), "MW0202", _of("[].query", "samples[].sql")
    ),
    "query: a parameter": _changed(
        "query", lambda q: q.replace("SELECT ", "SELECT $since + ", 1), "MW0210", _of("[].query", "samples[].sql")
    ),
    "sample: no such column": _changed(
        "sample", lambda q: q.replace("SELECT ", "SELECT nothing, ", 1), "MW0206", _of("samples[].sql")
    ),
    "sample: no such table": _changed(
        "sample", lambda q: q.replace("FROM ", "FROM no_", 1), "MW0203", _of("samples[].sql")
    ),
    "sample: nested aggregates": _changed(
        "sample", lambda q: q.replace("SELECT ", "SELECT SUM(COUNT(*)), ", 1), "MW0216", _of("samples[].sql")
    ),
    "name: upper case": _changed("name in upper case", str.upper, "MW0108", _of("Ports[].name", "purposes[].name")),
    "column: a blank": _changed("column with a blank", lambda v: f"{v} x", "MW0108", _of("properties[].name")),
    "path: leads out": _changed("path that leads out", lambda v: f"../{v}", "MW0108", _of("source.path")),
    "path: unknown time": _changed(
        "path with an unknown time", lambda v: v.replace("{start", "{strat"), "MW0108", _of("source.path")
    ),
    "path: a format that is none": _changed(
        "path with a wrong format", lambda v: v.replace("%Y", "%Q"), "MW0108", _of("source.path")
    ),
    "pattern: unclosed": _changed("unclosed pattern", lambda v: f"({v}", "MW0108", _of("arguments.pattern")),
    "role: nearly": _changed("role", _last_but_one, "MW0108", _of("members[].role")),
    "classification: nearly": _changed("classification", _last_but_one, "MW0108", _of("classification")),
    "cursor: misspelt": _changed("cursor", _last_but_one, "MW0111", _of("source.cursor")),
    "budget: negative": _value("negative budget", "-5", "MW0108", _of("budget")),
}


def mutants(all_sources: Iterable[Source]) -> Iterator[Mutant]:
    """Every mistake that the mutators can make, at every value."""
    for source in all_sources:
        for spot in spots(source):
            for name, mutate in MUTATORS.items():
                found = mutate(source, spot)
                if found is not None:
                    yield replace(found, kind=name, spot=f"{source.mesh} {kind_of(source)} {spot.path} {name}")
