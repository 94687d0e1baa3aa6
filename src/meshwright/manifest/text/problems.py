"""Problems: the diagnostics that reading one file has found so far, one for each place."""

from collections.abc import Iterable
from dataclasses import field
from enum import StrEnum

from meshwright.model.diagnostic import Diagnostic, Location, Severity, printable
from meshwright.model.value import value


@value
class Problems:
    """Collects diagnostics. The first one at a place is the cause; what follows from it there is left out."""

    _found: dict[tuple[str, int, int], Diagnostic] = field(default_factory=dict)

    def error(self, code: StrEnum, at: Location, message: str, hint: str = "") -> None:
        """Add what must be mended."""
        self._add(Diagnostic(at, code.value, Severity.ERROR, printable(message), printable(hint)))

    def warn(self, code: StrEnum, at: Location, message: str, hint: str = "") -> None:
        """Add what should be looked at."""
        self._add(Diagnostic(at, code.value, Severity.WARNING, printable(message), printable(hint)))

    def extend(self, others: Iterable[Diagnostic]) -> None:
        """Add what was found elsewhere."""
        for diagnostic in others:
            self._add(diagnostic)

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        """All of them, in the order of their finding."""
        return tuple(self._found.values())

    @property
    def stop(self) -> bool:
        """Tell whether there is an error among them."""
        return any(d.severity is Severity.ERROR for d in self._found.values())

    def _add(self, diagnostic: Diagnostic) -> None:
        at = diagnostic.at
        self._found.setdefault((at.file, at.line, at.column), diagnostic)
