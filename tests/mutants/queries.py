"""Mistakes in SQL: made at every table, column, parameter and SELECT item of the examples' transforms."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import yaml
from sqlglot import exp, parse_one
from sqlglot.dialects.dialect import Dialect
from sqlglot.tokenizer_core import Token, TokenType
from tests.mutants.mutant import EXAMPLES, Mutant, Source


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the outermost SELECT: where it stands, what it is called and the type that the contract promises."""

    start: int
    end: int
    name: str
    kind: str
    promised: int


@dataclass(frozen=True, slots=True)
class Query:
    """One transform: its text, its tree, its tokens, and the contract that it has to keep."""

    source: Source
    tree: exp.Query
    tokens: tuple[Token, ...]
    items: tuple[Item, ...]
    manifest: str
    port: int

    def mutant(self, kind: str, start: int, end: int, new: str, code: str) -> Mutant:
        """Characters `start` to `end` replaced, reported on a line that they stand on."""
        lines = range(self.source.line(start), self.source.line(max(start, end)) + new.count("\n") + 1)
        return self.source.mutant(kind, (start, end, new), code, *lines)


def query(source: Source) -> Query:
    """Read a transform and the contract beside it."""
    tokens = tuple(Dialect.get_or_raise("bigquery").tokenize(source.text))
    tree = parse_one(source.text, read="bigquery")
    assert isinstance(tree, exp.Query)
    manifest = f"{source.folder}/product.yaml"
    root = yaml.compose((EXAMPLES / source.mesh / manifest).read_text(), Loader=yaml.SafeLoader)
    ports = next(value for key, value in root.value if key.value == "outputPorts")
    items = tuple(_items(source, tokens, _promised(ports)))
    return Query(source, tree, tokens, items, manifest, ports.value[0].start_mark.line + 1)


def _promised(ports: yaml.Node) -> dict[str, tuple[str, int]]:
    """Return the type of each promised column and the line of its name."""
    found: dict[str, tuple[str, int]] = {}
    for column in _mappings(ports, "properties"):
        keys = {key.value: value for key, value in column.value}
        found[keys["name"].value] = (keys["logicalType"].value, keys["name"].start_mark.line + 1)
    return found


def _mappings(node: yaml.Node, key: str) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key and isinstance(value, yaml.SequenceNode):
                yield from (item for item in value.value if isinstance(item, yaml.MappingNode))
            yield from _mappings(value, key)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _mappings(item, key)


def _items(source: Source, tokens: tuple[Token, ...], promised: dict[str, tuple[str, int]]) -> Iterator[Item]:
    """Yield the items of the first outermost SELECT: between commas that stand in no bracket."""
    depth, start, last = 0, None, None
    for token in tokens:
        if start is not None and depth == 0 and token.token_type in (TokenType.COMMA, TokenType.FROM) and last:
            name = last.text
            yield Item(start, last.end + 1, name, *promised[name])
            if token.token_type is TokenType.FROM:
                return
            start = token.end + 1
            start += len(source.text[start:]) - len(source.text[start:].lstrip())
        elif depth == 0 and token.token_type is TokenType.SELECT:
            start = token.end + 1
            start += len(source.text[start:]) - len(source.text[start:].lstrip())
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        last = token


def _shorter(text: str) -> str:
    return text[:-2] + text[-1:] if len(text) > 3 else f"{text}x"


def _span(node: exp.Expr) -> tuple[int, int]:
    return node.meta["start"], node.meta["end"] + 1


def _inputs(q: Query) -> Iterator[exp.Table]:
    own = {cte.alias for cte in q.tree.find_all(exp.CTE)}
    return (t for t in q.tree.find_all(exp.Table) if t.name not in own)


def tables(q: Query) -> Iterator[Mutant]:
    """What the SELECT reads."""
    for table in _inputs(q):
        start, end = _span(table.this)
        yield q.mutant("table misspelt", start, end, _shorter(table.name), "MW0203")
        yield q.mutant("table in another case", start, end, f"{table.name}_v2", "MW0203")
        yield q.mutant("name across the mesh", start, end, f"shop.{table.name}.x", "MW0205")
        yield q.mutant("table of a schema", start, end, f"public.{table.name}", "MW0205")
        yield q.mutant("a file", start, end, "read_csv('x.csv')", "MW0204")
        yield q.mutant("an undeclared table more", end, end, " CROSS JOIN prices", "MW0203")
        yield q.mutant("a sample", end, end, " TABLESAMPLE SYSTEM (10 PERCENT)", "MW0215")


def columns(q: Query) -> Iterator[Mutant]:
    """Which columns it means."""
    made = {alias.alias for alias in q.tree.find_all(exp.Alias)}
    for column in q.tree.find_all(exp.Column):
        if "start" not in column.this.meta:
            continue
        start, end = _span(column.this)
        if column.name not in made:
            yield q.mutant("column misspelt", start, end, _shorter(column.name), "MW0206")
        if column.table:
            start, end = _span(column.args["table"])
            yield q.mutant("alias misspelt", start, end, _shorter(column.table), "MW0208")
        else:
            yield q.mutant("alias of nothing", start, start, "nothing.", "MW0208")


def selects(q: Query) -> Iterator[Mutant]:
    """What it makes."""
    text = q.source.text
    for number, item in enumerate(q.items):
        whole = text[item.start : item.end]
        alias = re.search(r" AS \w+$", whole)
        bare = whole[: alias.start()] if alias else whole
        here = item.start, item.end
        last = number == len(q.items) - 1
        cut = (q.items[number - 1].end, item.end) if last else (item.start, q.items[number + 1].start)
        yield q.mutant("column not selected", *cut, "", "MW0212").reported_at(q.manifest, item.promised)
        yield q.mutant("column renamed", *here, f"{bare} AS {item.name}_", "MW0213")
        yield q.mutant("column twice", *here, f"{whole},\n  {whole}", "MW0211")
        yield q.mutant("column more", *here, f"{whole},\n  1 AS surplus", "MW0213")
        yield q.mutant("column without a name", *here, f"COALESCE({bare}, NULL)", "MW0211")
        yield q.mutant("a star more", *here, f"{whole}, *", "MW0211|MW0213")
        for kind, literal in _OTHER_TYPES.items():
            if kind != item.kind and (kind, item.kind) != ("integer", "number"):
                yield q.mutant(f"a {kind} for a {item.kind}", *here, f"{literal} AS {item.name}", "MW0214")
        for trap in _TRAPS:
            yield q.mutant(f"dialect: {trap}", *here, f"{trap.format(bare)} AS {item.name}", "MW0215")
        yield q.mutant("unknown parameter", *here, f"COALESCE(@yesterday, {bare}) AS {item.name}", "MW0210")
        yield q.mutant("unnamed parameter", *here, f"COALESCE(?, {bare}) AS {item.name}", "MW0210")
        yield q.mutant("text substitution", *here, f"{{{{ {bare} }}}} AS {item.name}", "MW0210")
        yield q.mutant("text substitution of a name", *here, f"${{{item.name}}} AS {item.name}", "MW0210")
        yield q.mutant("unclosed bracket", *here, f"ROUND({bare} AS {item.name}", "MW0201")
        yield q.mutant("unclosed quote", *here, f"'{whole}", "MW0201")
        yield q.mutant("a comma too few", item.start, item.start, "1 AS surplus ", "MW0201")
        yield q.mutant("an operator without an end", *here, f"{bare} + AS {item.name}", "MW0201")
        yield q.mutant("nested aggregates", *here, f"SUM(SUM(1)) AS {item.name}", "MW0216")


_OTHER_TYPES = {
    "string": "'x'",
    "integer": "1",
    "number": "1.5",
    "boolean": "TRUE",
    "date": "DATE '2026-01-01'",
    "timestamp": "TIMESTAMP '2026-01-01'",
    "array": "[1]",
    "object": "STRUCT(1 AS a)",
}

_TRAPS = (
    "SOUNDEX({})", "FORMAT('%t', {})", "TO_JSON_STRING({})", "FARM_FINGERPRINT({})", "SESSION_USER()",
    "GENERATE_UUID()", "CURRENT_TIMESTAMP()", "RAND()", "no_such_function({})", "APPROX_TOP_COUNT({}, 1)",
)  # fmt: skip
"""Functions that nobody has proved to mean the same, or that give something else in every run."""

_STATEMENTS = ("INSERT INTO x", "DELETE FROM x;", "UPDATE x SET a = 1;", "CREATE TABLE x AS", "DROP TABLE x;",
               "MERGE x USING", "CALL x();", "SET x = 1;", "BEGIN", "ATTACH 'x';", "COPY x TO 'x';", "EXPLAIN",
               "GRANT SELECT ON x TO y;", "TRUNCATE TABLE x;", "FROM x", "VALUES (1);")  # fmt: skip


def statements(q: Query) -> Iterator[Mutant]:
    """Whether it is one SELECT."""
    first, end = q.tokens[0], len(q.source.text.rstrip())
    for word in _STATEMENTS:
        yield q.mutant(f"statement: {word}", first.start, first.start, f"{word} ", "MW0202")
    yield q.mutant("a second statement", end, end, ";\nSELECT 1 AS x", "MW0202")
    yield q.mutant("a DROP behind", end, end, "; DROP TABLE x", "MW0202")
    yield q.mutant("a word too much", end, end, "\nplease now", "MW0201")
    yield q.mutant("a bracket too much", end, end, ")", "MW0201")
    yield q.mutant("an open comment", end, end, " /* so", "MW0201")
    yield q.mutant("nothing at all", 0, len(q.source.text), "", "MW0202")
    yield q.mutant("only a comment", 0, len(q.source.text), "-- to do\n", "MW0202")
    yield q.mutant("no FROM", first.start, first.end + 1, "SELEC", "MW0202") if first.text == "SELECT" else None
    secret = "-- postgresql://shop:hunter2" + "@db.example/x\n"
    yield q.source.mutant("secret in a comment", (0, 0, secret), "MW0109", 1)
    yield q.source.mutant("secret of AWS", (end, end, " -- AKIA" + "IOSFODNN7EXAMPLE"), "MW0109", q.source.line(end))
    latin = replace(q.source.mutant("not UTF-8", (0, 0, ""), "MW0101", 1), content=b"-- caf\xe9\n")
    yield latin
    if len({table.name for table in _inputs(q)}) > 1:  # with one input, no file means that it is passed on
        yield replace(latin, kind="no such file", content=None, code="MW0113").reported_at(q.manifest, q.port)


def parameters(q: Query) -> Iterator[Mutant]:
    """What it is given."""
    for parameter, name in zip(q.tokens, q.tokens[1:], strict=False):
        if parameter.token_type is TokenType.PARAMETER:
            yield q.mutant("parameter misspelt", parameter.start, name.end + 1, "@interval_strat", "MW0210")
            yield q.mutant("parameter of DuckDB", parameter.start, name.end + 1, "$interval_start", "MW0201|MW0210")
            yield q.mutant("template", parameter.start, name.end + 1, "{{ interval_start }}", "MW0210")
            yield q.mutant("quoted template", parameter.start, name.end + 1, "'{{ ds }}'", "MW0210")


def grouping(q: Query) -> Iterator[Mutant]:
    """What it makes one row of."""
    for select in q.tree.find_all(exp.Select):
        group, where = select.args.get("group"), select.args.get("where")
        if where is not None:
            at = _end_of(q, where)
            yield q.mutant("aggregate in WHERE", at, at, " AND COUNT(*) > 1", "MW0216")
            yield q.mutant("window in WHERE", at, at, " AND ROW_NUMBER() OVER () = 1", "MW0216")
        if group is not None:
            yield from _ungrouped(q, select, group.expressions)
            at = _end_of(q, group)
            if _column_of(select):
                having = f" HAVING {_column_of(select)} IS NULL"
                yield q.mutant("HAVING on what is not grouped", at, at, having, "MW0216")
            yield q.mutant("window in HAVING", at, at, " HAVING ROW_NUMBER() OVER () = 1", "MW0216")
            yield q.mutant("grouped by an aggregate", at, at, ", COUNT(*)", "MW0216")
            yield q.mutant("grouped by a position too many", at, at, ", 99", "MW0216")
            yield q.mutant("QUALIFY without a window", at, at, " QUALIFY 1 = 1", "MW0216")


def _ungrouped(q: Query, select: exp.Select, keys: list[exp.Expr]) -> Iterator[Mutant]:
    """Each key taken out of GROUP BY; what it was for stands somewhere in the SELECT."""
    for number, key in enumerate(keys):
        start, end = _span(key.args.get("table") or key.this)[0], _span(key.this)[1]
        if len(keys) == 1:
            cut = (q.source.text.rindex("GROUP BY", 0, start), end)
        elif number:
            cut = (q.source.text.rindex(",", 0, start), end)
        else:
            cut = (start, q.source.text.index(",", end) + 2)
        lines = range(_line_of(q, select), q.source.line(end) + 1)
        yield q.source.mutant("not grouped by", (*cut, ""), "MW0216", *lines)


def _column_of(select: exp.Select) -> str:
    """Return a column that is aggregated, and so not grouped by."""
    made = {item.alias_or_name for item in select.selects}
    columns = [column for call in select.find_all(exp.AggFunc) for column in call.find_all(exp.Column)]
    return next((column.sql() for column in columns if column.name not in made), "")


def _line_of(q: Query, node: exp.Expr) -> int:
    spans = [part.meta["start"] for part in node.walk() if "start" in part.meta]
    return q.source.line(min(spans))


def _end_of(q: Query, node: exp.Expr) -> int:
    """Return where a node ends: behind the last token that belongs to it."""
    last = max(part.meta["end"] for part in node.walk() if "end" in part.meta)
    depth, end = 0, last + 1
    for token in q.tokens:
        if token.start <= last:
            continue
        if token.token_type in (TokenType.GROUP_BY, TokenType.QUALIFY, TokenType.UNION, TokenType.ORDER_BY):
            break
        if token.token_type is TokenType.R_PAREN and depth == 0 and _closes(q, node, token):
            break
        end = token.end + 1
    return end


def _closes(q: Query, node: exp.Expr, bracket: Token) -> bool:
    """Tell whether a bracket closes something that was opened before a node began."""
    first = min(part.meta["start"] for part in node.walk() if "start" in part.meta)
    keyword = max(
        t.start for t in q.tokens if t.start < first and t.token_type in (TokenType.WHERE, TokenType.GROUP_BY)
    )
    text = q.source.text[keyword : bracket.start]
    return text.count("(") <= text.count(")")


def operands(q: Query) -> Iterator[Mutant]:
    """What it adds and compares."""
    for item in q.items:
        if item.kind == "string":
            whole = q.source.text[item.start : item.end]
            bare = re.sub(r" AS \w+$", "", whole)
            yield q.mutant("text added", item.start, item.end, f"{bare} + 1 AS {item.name}", "MW0220")
            yield q.mutant("text compared", item.start, item.end, f"IF({bare} = 1, 'a', 'b') AS {item.name}", "MW0220")


_COUNTED = ("column not selected", "column twice", "column more", "a star more")

SUBJECTS: tuple[Callable[[Query], Iterator[Mutant]], ...] = (
    tables, columns, selects, statements, parameters, grouping, operands,
)  # fmt: skip


def _of_a_union(q: Query, mutant: Mutant) -> Mutant:
    """Of a UNION the number of columns comes first: it is said at the branch that differs."""
    if not isinstance(q.tree, exp.SetOperation) or mutant.kind not in _COUNTED:
        return mutant
    whole = range(1, q.source.text.count("\n") + 2)
    return replace(mutant.reported_at(q.source.file, *whole), code="MW0219")


def mutants(all_sources: Iterable[Source]) -> Iterator[Mutant]:
    """Every mistake that can be made in some transforms."""
    for source in all_sources:
        q = query(source)
        for subject in SUBJECTS:
            for found in subject(q):
                if found is not None:
                    yield replace(_of_a_union(q, found), spot=f"{source.mesh} {source.file} {found.kind}")
