"""Personal data: which classifications mean that a column is about a person?"""

CLASSIFICATIONS = ("public", "internal", "confidential", "restricted", "personal", "pii", "sensitive")
"""The classifications that people mostly use; any other word may be one, too."""

_OPEN = frozenset({"public", "internal"})
_PERSONAL = frozenset({"personal", "pii", "sensitive"})


def is_personal(classification: str | None) -> bool:
    """Tell whether a column of this classification holds personal data."""
    return classification is not None and classification.lower() in _PERSONAL


def may_be_told(classification: str | None) -> bool:
    """Tell whether values of a column of this classification may stand in messages and logs."""
    return classification is None or classification.lower() in _OPEN
