"""Policy: what the council and the domains have decided of policies, and what they waive, as they wrote it.

Which policies there are, and what can be decided of each, the gate knows (`gate.policies`).
"""

import json
from dataclasses import field
from datetime import date

from meshwright.model.diagnostic import Location
from meshwright.model.value import value

SEVERITY, EFFECTIVE_FROM = "severity", "effectiveFrom"
"""What can be decided of every policy, beside the parameters of its own."""


@value
class Setting:
    """One key that was decided, with its value as JSON, and where the two are."""

    name: str
    value: str
    at: Location | None = field(default=None, compare=False)
    at_key: Location | None = field(default=None, compare=False)

    @property
    def plain(self) -> object:
        """The value as YAML gave it."""
        return json.loads(self.value)

    @property
    def text(self) -> str:
        """The value as people write it."""
        match self.plain:
            case str() as text:
                return text
            case list() as words:
                return f"[{', '.join(map(str, words))}]"
        return self.value


@value
class Decision:
    """What mesh.yaml or one domain.yaml says of a policy; what it does not say is as it stands above."""

    policy: str
    settings: tuple[Setting, ...]
    at: Location | None = field(default=None, compare=False)

    @property
    def text(self) -> str:
        """All of it on a line: `error, share 80%`."""
        return ", ".join(s.text if s.name == SEVERITY else f"{s.name} {s.text}" for s in self.settings)


@value
class Waiver:
    """A finding that `owner` answers for until a day. `subject` is the address of a product, or of a part of one."""

    policy: str
    subject: str
    reason: str
    owner: str
    until: date
    at: Location | None = field(default=None, compare=False)


Decisions = tuple[Decision, ...]
"""The decisions of one file, in the order of the policies' names."""
