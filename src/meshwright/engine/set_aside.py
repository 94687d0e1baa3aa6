"""Set aside: what was a row of a quarantine to be, and did sources give what could be none?

A quarantine says it of each row, in every engine alike: the table that it was to be in, or the input that gave it.
"""

import json
from collections.abc import Iterator
from decimal import Decimal

from meshwright.model import codec
from meshwright.model.address import TableAddress
from meshwright.model.identity import PublishId
from meshwright.model.product import DataProduct, OnFail
from meshwright.model.publish import CheckResult, Quarantined, Staged


def made_for(origin: TableAddress | str) -> str:
    """Return a table, or the name of an input, as a quarantine holds it."""
    return json.dumps(codec.dump(origin))


def read_row(publish_id: str, origin: str, checks: list[str], content: str) -> Quarantined:
    """Return a row of a quarantine as it is held there."""
    found = json.loads(origin)
    if isinstance(found, str):
        return Quarantined(PublishId(publish_id), None, tuple(checks), content, found)
    return Quarantined(PublishId(publish_id), codec.load(TableAddress, found), tuple(checks), content)


def is_confidential(product: DataProduct) -> bool:
    """Tell whether some of what a product reads or makes is classified or masked."""
    made = (column for _, table in product.tables() for column in table.contract.columns)
    read = (column for port in product.inputs for column in port.columns)
    return any(column.classification or column.mask for column in (*read, *made))


def readable(name: str) -> str:
    """Return the name of the check that all that an input gives can be rows."""
    return f"{name}-readable"


def sources_judged(product: DataProduct, staged: Staged) -> Iterator[CheckResult]:
    """Yield whether each source that may give what is no row gave rows only, told of the product's first table."""
    address, _ = next(product.tables())
    for read in staged.inputs:
        port = product.input(read.input)
        if port is not None and port.quarantine is not None:
            number = read.quarantined
            told = f"{number:,} of the messages of input `{read.input}` can be no rows"
            yield CheckResult(
                table=address,
                check=readable(read.input),
                passed=not number,
                consequence=OnFail.QUARANTINE,
                measured=Decimal(number),
                expected="be 0",
                message=f"{told}, which should be 0; they were set aside" if number else told,
            )
