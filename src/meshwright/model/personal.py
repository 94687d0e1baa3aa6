"""Personal data: which classifications mean that a column is about a person?"""

CLASSIFICATIONS = ("public", "internal", "confidential", "restricted", "personal", "pii", "sensitive")
"""The classifications that people mostly use; any other word may be one, too."""

_PERSONAL = frozenset({"personal", "pii", "sensitive"})


def is_personal(classification: str | None) -> bool:
    """Tell whether a column of this classification holds personal data."""
    return classification is not None and classification.lower() in _PERSONAL
