"""Personal data: which classifications mean that a column is about a person?"""

from meshwright.model.product import OutputPort

_PERSONAL = frozenset({"personal", "pii", "sensitive"})


def is_personal(classification: str | None) -> bool:
    """Tell whether a column of this classification holds personal data."""
    return classification is not None and classification.lower() in _PERSONAL


def personal_columns(port: OutputPort) -> tuple[str, ...]:
    """Return the columns of a port that hold personal data."""
    return tuple(c.name for c in port.contract.columns if is_personal(c.classification))
