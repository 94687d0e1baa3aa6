"""Names: tables that are called by several words (`orders.lines`, `domain.product.port`), and the one word for each."""

from collections.abc import Iterable

from sqlglot import exp


def dotted(table: exp.Table) -> str:
    """Return a table's name with all of its parts, as it was written."""
    return ".".join(part.name for part in table.parts)


def rename(tree: exp.Expr, tables: Iterable[tuple[exp.Table, str]]) -> None:
    """Give tables of a tree one name each, in place; columns that say whose they are go on to mean them."""
    known = {}
    for table, name in tables:
        known[dotted(table).lower()] = table.name
        _rename(table, name)
    if known:
        for column in list(tree.find_all(exp.Column)):
            _shorten(column, known)


def _rename(table: exp.Table, name: str) -> None:
    first, last = table.parts[0], table.parts[-1]
    if not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
    identifier = exp.to_identifier(name, quoted=True)
    identifier.meta.update({"start": first.meta_get("start"), "end": last.meta_get("end")})
    table.set("this", identifier)
    table.set("db", None)
    table.set("catalog", None)


def _shorten(column: exp.Column, known: dict[str, str]) -> None:
    """Let `orders.lines.price` be `lines.price`; a field of a column, written alike, stays what it is."""
    words = [part.name for part in column.parts]
    whole, owner = ".".join(words).lower(), ".".join(words[:-1]).lower()
    if owner in known and "." in owner:
        column.set("db", None)
        column.set("catalog", None)
    elif whole in known and "." in whole and isinstance(column.parent, exp.Dot):  # more words than a column can have
        column.parent.replace(exp.column(column.parent.expression.copy(), table=known[whole]))
