"""Personal data: which columns of a table hold it?"""

from meshwright.model.personal import is_personal
from meshwright.model.product import OutputTable


def personal_columns(table: OutputTable) -> tuple[str, ...]:
    """Return the columns of a table that hold personal data."""
    return tuple(c.name for c in table.contract.columns if is_personal(c.classification))
