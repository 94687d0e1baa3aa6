"""Personal data: which columns of a table hold it?"""

from meshwright.model.contract import Column
from meshwright.model.mask import Redact
from meshwright.model.personal import is_personal
from meshwright.model.product import OutputTable


def personal_columns(table: OutputTable) -> tuple[str, ...]:
    """Return the columns of a table that hold personal data."""
    return tuple(c.name for c in table.contract.columns if holds_personal_data(c))


def holds_personal_data(column: Column) -> bool:
    """Tell whether a column holds personal data: of what is redacted, nothing is left."""
    return is_personal(column.classification) and not isinstance(column.mask, Redact)
