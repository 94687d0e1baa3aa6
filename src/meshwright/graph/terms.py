"""Terms: which columns carry each word of the glossary, and do they mean the same by it: one type, one classification?

What a term declares holds for all who carry it. What it leaves open is what most of them say, and the first of those.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from meshwright.graph.codes import Code
from meshwright.model.address import ColumnAddress
from meshwright.model.contract import Column
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.mesh import Mesh, Term


@dataclass(frozen=True, slots=True)
class Carrier:
    """A column that carries a term."""

    address: ColumnAddress
    column: Column
    at: Location


def carriers(mesh: Mesh) -> Mapping[str, tuple[Carrier, ...]]:
    """Return the columns that carry each term of the glossary, in the order of their addresses."""
    found: dict[str, list[Carrier]] = {term.name: [] for term in mesh.glossary}
    for product in mesh.products:
        for address, table in product.tables():
            for column in table.contract.columns:
                if column.term in found:
                    at = column.at or table.at or Location(product.file)
                    found[column.term].append(Carrier(address.column(column.name), column, at))
    return {name: tuple(sorted(columns, key=lambda c: c.address)) for name, columns in found.items()}


def disagreements(mesh: Mesh) -> Iterator[Diagnostic]:
    """Yield an error for each column that is not what its term is for everybody else."""
    if not mesh.glossary:
        return
    carried = carriers(mesh)
    for term in mesh.glossary:
        yield from (_other_type(term, c, first) for c, first in _odd(carried[term.name], term.type, _type))
        yield from (
            _other_class(term, c, first) for c, first in _odd(carried[term.name], _folded(term.classification), _class)
        )


def _odd(
    carried: Iterable[Carrier], declared: str | None, what: Callable[[Carrier], str]
) -> Iterator[tuple[Carrier, Carrier | None]]:
    """Yield who differs from what is declared; where nothing is, from most others, with the first of these."""
    columns = tuple(carried)
    if declared is None and columns:
        usual = Counter(map(what, columns)).most_common(1)[0][0]
        first = next(c for c in columns if what(c) == usual)
        yield from ((c, first) for c in columns if what(c) != usual)
    else:
        yield from ((c, None) for c in columns if what(c) != declared)


def _type(carrier: Carrier) -> str:
    return carrier.column.type


def _class(carrier: Carrier) -> str:
    return _folded(carrier.column.classification) or ""


def _folded(classification: str | None) -> str | None:
    return classification.lower() if classification else None


def _other_type(term: Term, carrier: Carrier, first: Carrier | None) -> Diagnostic:
    is_this = f"`{carrier.column.name}` is of type {carrier.column.type}"
    if first is None:
        message = f"{is_this}, and its term `{term.name}` of type {term.type}"
        hint = f"write `logicalType: {term.type}`, as the glossary does{_declared(term)}, or let it carry another term"
    else:
        message = f"{is_this}, and `{first.address}`, which carries `{term.name}` too, of type {first.column.type}"
        hint = f"agree on one type ({first.at} says the other), and write it into the glossary"
    return Diagnostic(carrier.at, Code.TERM_TYPE.value, Severity.ERROR, message, hint)


def _other_class(term: Term, carrier: Carrier, first: Carrier | None) -> Diagnostic:
    is_this = f"`{carrier.column.name}` {_classified(carrier.column.classification)}"
    if first is None:
        message = f"{is_this}, and its term `{term.name}` {_classified(term.classification)}"
        hint = f"leave its classification out, and it has the term's{_declared(term)}; or let it carry another term"
    else:
        other = _classified(first.column.classification)
        message = f"{is_this}, and `{first.address}`, which carries `{term.name}` too, {other}"
        hint = f"agree on one classification ({first.at} says the other), and write it into the glossary"
    return Diagnostic(carrier.at, Code.TERM_CLASS.value, Severity.ERROR, message, hint)


def _classified(classification: str | None) -> str:
    return f"is classified `{classification}`" if classification else "has no classification"


def _declared(term: Term) -> str:
    return f" ({term.at.file}:{term.at.line})" if term.at else ""
