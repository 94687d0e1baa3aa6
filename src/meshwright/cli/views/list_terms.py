"""mesh list --terms: which words mean the same in every domain, and how many columns carry each?"""

from collections.abc import Sequence

import click

from meshwright.cli.console import print_json, print_table, short
from meshwright.cli.verb import Edge
from meshwright.compiler.compilation import read_mesh
from meshwright.graph.terms import carriers
from meshwright.model.diagnostic import errors
from meshwright.model.mesh import Term
from meshwright.model.products import Carried, Products

_HEADS = ("TERM", "TYPE", "UNIT", "CLASSIFICATION", "COLUMNS", "KPI", "MEANING")


def show(edge: Edge, domain: str | None) -> int:
    """Print the glossary; return how many errors hide carriers. With a domain, only what it carries."""
    loaded = read_mesh(edge.workspace.root, edge.workspace.cache)
    carried = {
        name: [c for c in columns if domain in (None, c.column.port.product.domain)]
        for name, columns in carriers(loaded.mesh.glossary, Products.of(loaded.mesh.products)).items()
    }
    terms = [t for t in sorted(loaded.mesh.glossary, key=lambda t: t.name) if domain is None or carried[t.name]]
    if edge.json:
        print_json([_plain(term, carried[term.name]) for term in terms])
    elif terms:
        print_table(_HEADS, [_row(term, len(carried[term.name])) for term in terms])
    else:
        click.echo("The glossary is empty." if domain is None else f"No column of `{domain}` carries a term.")
    return len(errors(loaded.diagnostics))


def _row(term: Term, columns: int) -> tuple[str, ...]:
    known = (term.name, term.type or "", term.unit, term.classification or "", str(columns))
    return *known, short(_kpi(term)), short(term.description)


def _kpi(term: Term) -> str:
    target = f" ({term.kpi.target})" if term.kpi and term.kpi.target else ""
    return f"{term.kpi.formula}{target}" if term.kpi else ""


def _plain(term: Term, carried: Sequence[Carried]) -> dict[str, object]:
    return {
        "term": term.name,
        "description": term.description,
        "type": term.type,
        "unit": term.unit,
        "classification": term.classification,
        "kpi": {"formula": term.kpi.formula, "owner": term.kpi.owner, "target": term.kpi.target} if term.kpi else None,
        "file": term.at.file if term.at else None,
        "line": term.at.line if term.at else None,
        "columns": [str(carrier.column) for carrier in carried],
    }
