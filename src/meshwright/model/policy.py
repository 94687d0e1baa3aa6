"""Policy: the names of what is asked of every product, and how severe each is where nobody decides."""

from enum import StrEnum

from meshwright.model.diagnostic import Severity


class PolicyName(StrEnum):
    """As mesh.yaml and domain.yaml name them. The functions that look are in `gate.policies`."""

    OWNED = "owned"
    DOCUMENTED = "documented"
    CLASSIFIED = "classified"
    FEASIBLE = "feasible"

    @property
    def severity(self) -> Severity:
        """What it is where nobody says otherwise."""
        return _SEVERITY[self]


_SEVERITY = {
    PolicyName.OWNED: Severity.ERROR,
    PolicyName.DOCUMENTED: Severity.WARNING,
    PolicyName.CLASSIFIED: Severity.ERROR,
    PolicyName.FEASIBLE: Severity.WARNING,
}

Severities = tuple[tuple[PolicyName, Severity], ...]
"""The severities of some policies, in the order of their names."""


def stricter(one: Severity, other: Severity) -> Severity:
    """Return the severity that stops more."""
    return Severity.ERROR if Severity.ERROR in (one, other) else Severity.WARNING
