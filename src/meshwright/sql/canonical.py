"""Canonical: the one spelling of a SELECT's meaning, so that a change of layout, case or comments is no change."""

from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

from meshwright.model.diagnostic import Diagnostic
from meshwright.model.product import Transform
from meshwright.sql.parse import parse
from meshwright.sql.text import SqlText


def canonical(transform: Transform) -> str:
    """Return a SELECT without comments, on one line, in the case its dialect reads it in.

    What cannot be read is its own spelling: it is reported elsewhere.
    """
    tree = parse(SqlText(transform.sql, transform.dialect, transform.file))
    if isinstance(tree, Diagnostic):
        return transform.sql
    return normalize_identifiers(tree, dialect=transform.dialect).sql(transform.dialect, comments=False, identify=True)
