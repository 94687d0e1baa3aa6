"""Personal data: which classifications mean that a column is about a person?"""

_PERSONAL = frozenset({"personal", "pii", "sensitive"})


def is_personal(classification: str | None) -> bool:
    """Tell whether a column of this classification holds personal data."""
    return classification is not None and classification.lower() in _PERSONAL
