"""Places: where was a column of a resolved tree written?

Nodes that qualification makes (a star written out, the two sides of `USING`) have no place of their own. `remember`
notes beforehand, at nodes that stay, whose place they take.
"""

from sqlglot import exp

from meshwright.model.diagnostic import Location
from meshwright.sql.text import SqlText, span

_PLACES = "meshwright_places"


def place_of(text: SqlText, column: exp.Column) -> Location:
    """Return where a column of a resolved tree was written: itself, the star, or the USING that it came from."""
    own = column.this.meta_get("start")
    if own is not None:
        return text.place(own, column.this.meta_get("end"))
    node: exp.Expr | None = column
    while node is not None:
        places = node.meta_get(_PLACES) or {}
        found = places.get(column.name) or places.get(column.table) or places.get("")
        if found:
            return text.place(*found)
        node = node.parent
    return text.at(column)


def remember(tree: exp.Query) -> None:
    """Note in a tree, as it was parsed, where its stars and shared columns stand."""
    shared: set[str] = set()
    for node in tree.find_all(exp.Join, exp.Select):
        match node:
            case exp.Join() if node.args.get("using"):
                node.meta[_PLACES] = {i.name.lower(): span(i) for i in node.args["using"]}
                shared.update(node.meta[_PLACES])
            case exp.Select() if stars := [s for s in node.expressions if s.is_star]:
                node.meta[_PLACES] = {getattr(s, "table", ""): span(s) for s in stars}
    for column in tree.find_all(exp.Column) if shared else ():
        # Such a column becomes COALESCE of both sides; what it stands in stays.
        if not column.table and column.name.lower() in shared and column.parent is not None:
            column.parent.meta.setdefault(_PLACES, {}).setdefault(column.name.lower(), span(column))
