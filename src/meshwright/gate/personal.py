"""Personal data: which columns of a port hold it?"""

from meshwright.model.personal import is_personal
from meshwright.model.product import OutputPort


def personal_columns(port: OutputPort) -> tuple[str, ...]:
    """Return the columns of a port that hold personal data."""
    return tuple(c.name for c in port.contract.columns if is_personal(c.classification))
