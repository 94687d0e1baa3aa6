"""Terms: which columns carry each word of the glossary, and do they mean the same by it: one type, one classification?

What a term declares holds for all who carry it. What it leaves open is what most of them say, and the first of those.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from meshwright.graph.codes import Code
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.mesh import Term
from meshwright.model.products import Carried, Products


def carriers(glossary: Iterable[Term], products: Products) -> Mapping[str, tuple[Carried, ...]]:
    """Return the columns that carry each term of a glossary, in the order of their addresses."""
    found: dict[str, list[Carried]] = {term.name: [] for term in glossary}
    for outline in products.outlines.values() if found else ():
        for carried in outline.terms:
            if carried.term in found:
                found[carried.term].append(carried)
    return {name: tuple(sorted(columns, key=lambda c: c.column)) for name, columns in found.items()}


def disagreements(glossary: Iterable[Term], products: Products) -> Iterator[Diagnostic]:
    """Yield an error for each column that is not what its term is for everybody else."""
    terms = tuple(glossary)
    carried = carriers(terms, products)
    for term in terms:
        declared = _folded(term.classification)
        for odd, first in _odd(carried[term.name], term.type, _type):
            yield _other_type(term, odd, first, products)
        for odd, first in _odd(carried[term.name], declared, _class):
            yield _other_class(term, odd, first, products)


def _odd(
    carried: Iterable[Carried], declared: str | None, what: Callable[[Carried], str]
) -> Iterator[tuple[Carried, Carried | None]]:
    """Yield who differs from what is declared; where nothing is, from most others, with the first of these."""
    columns = tuple(carried)
    if declared is None and columns:
        usual = Counter(map(what, columns)).most_common(1)[0][0]
        first = next(c for c in columns if what(c) == usual)
        yield from ((c, first) for c in columns if what(c) != usual)
    else:
        yield from ((c, None) for c in columns if what(c) != declared)


def _type(carrier: Carried) -> str:
    return carrier.type


def _class(carrier: Carried) -> str:
    return _folded(carrier.classification) or ""


def _folded(classification: str | None) -> str | None:
    return classification.lower() if classification else None


def _other_type(term: Term, carrier: Carried, first: Carried | None, products: Products) -> Diagnostic:
    is_this = f"`{carrier.column.name}` is of type {carrier.type}"
    if first is None:
        message = f"{is_this}, and its term `{term.name}` of type {term.type}"
        hint = f"write `logicalType: {term.type}`, as the glossary does{_declared(term)}, or let it carry another term"
    else:
        message = f"{is_this}, and `{first.column}`, which carries `{term.name}` too, of type {first.type}"
        hint = f"agree on one type ({_place(first, products)} says the other), and write it into the glossary"
    return Diagnostic(_place(carrier, products), Code.TERM_TYPE.value, Severity.ERROR, message, hint)


def _other_class(term: Term, carrier: Carried, first: Carried | None, products: Products) -> Diagnostic:
    is_this = f"`{carrier.column.name}` {_classified(carrier.classification)}"
    if first is None:
        message = f"{is_this}, and its term `{term.name}` {_classified(term.classification)}"
        hint = f"leave its classification out, and it has the term's{_declared(term)}; or let it carry another term"
    else:
        other = _classified(first.classification)
        message = f"{is_this}, and `{first.column}`, which carries `{term.name}` too, {other}"
        where = _place(first, products)
        hint = f"agree on one classification ({where} says the other), and write it into the glossary"
    return Diagnostic(_place(carrier, products), Code.TERM_CLASS.value, Severity.ERROR, message, hint)


def _place(carrier: Carried, products: Products) -> Location:
    """Return where a column is written that carries a term."""
    product = products.get(carrier.column.port.product)
    table = None if product is None else product.table(carrier.column.table)
    column = None if table is None else table.contract.column(carrier.column.name)
    return (column and column.at) or (table and table.at) or Location(product.file if product else "")


def _classified(classification: str | None) -> str:
    return f"is classified `{classification}`" if classification else "has no classification"


def _declared(term: Term) -> str:
    return f" ({term.at.file}:{term.at.line})" if term.at else ""
