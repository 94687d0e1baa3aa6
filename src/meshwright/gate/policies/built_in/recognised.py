"""A column that is called like personal data says what it is: an address of mail is one before anybody classifies it.

Columns of sources count too: what is classified there is traced from there on. What is made of personal data is left to
`classified`.
"""

import re
from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import Words, every
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.graph.personal_path import personal_path
from meshwright.model.address import AnyColumn, ColumnAddress, SourceColumn
from meshwright.model.contract import Column
from meshwright.model.diagnostic import Location
from meshwright.model.product import DataProduct
from meshwright.model.value import value

_SUSPECT = (
    "birth_date", "birthdate", "birthday", "date_of_birth", "email", "first_name", "full_name", "iban", "ip_address",
    "last_name", "maiden_name", "mobile", "passport", "phone", "ssn", "surname", "tax_id",
)  # fmt: skip
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


@value
class Parameters:
    """What personal data are called."""

    words: Words = every(_SUSPECT, "a column with one of these in its name has a classification")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for each column without a classification whose name has one of the words in it."""
    for address, column, at in _columns(product):
        word = None if column.classification else _suspect(column.name, parameters.words)
        if word is not None and not (isinstance(address, ColumnAddress) and personal_path(graph, address)):
            message = f"`{column.name}` is called like personal data, `{word}`, and has no classification"
            hint = "write `classification: personal`, or another class if nobody can be known by it"
            yield Found((address,), place(product, column.at, at), message, hint)


def _columns(product: DataProduct) -> Iterator[tuple[AnyColumn, Column, Location | None]]:
    for port in product.inputs:
        for column in port.columns:
            yield SourceColumn(product.address, port.name, column.name), column, port.at
    for address, table in product.tables():
        for column in table.made_columns:
            yield address.column(column.name), column, table.at


def _suspect(name: str, words: Words) -> str | None:
    """Return the word that a name holds, part by part: `phone` is in `home_phone` and `homePhone`, not in `phoneme`."""
    parts = f"_{'_'.join(_PARTS.findall(name)).lower()}_"
    return next((word for word in words if f"_{word.lower()}_" in parts), None)


POLICY = Policy("recognised", Code.UNRECOGNISED, Level.WARNING, check, Parameters)
