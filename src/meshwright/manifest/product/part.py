"""Part: one table of an output port while it is resolved, and what the port's keys say of it."""

from collections.abc import Mapping
from typing import TypeVar

from meshwright.manifest.codes import Code
from meshwright.manifest.shapes.documents import OutputPortBlock
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.model.contract import Contract
from meshwright.model.diagnostic import Location
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value

V = TypeVar("V")


@value
class Part:
    """One table, as its contract has `written` it; `named` is its name in addresses, empty for its port's only one.

    `partitions` are the columns that its contract calls partitioned.
    """

    block: OutputPortBlock
    place: Place
    contract: Contract
    written: Place
    named: str
    at: Location
    partitions: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """How the trace of origins calls it."""
        port = f"outputPorts.{self.block.name}@{self.block.version.split('.', 1)[0]}"
        return f"{port}.{self.named}" if self.named else port

    def of(self, block: str, key: str, said: V | Mapping[str, V] | None, problems: Problems) -> V | None:
        """Return what a key says of this table: one value for the only table, or each one's under its name."""
        if said is None or isinstance(said, Mapping):
            return None if said is None else said.get(self.contract.table)
        if self.named:
            message = f"`{key}` does not say which of the port's tables it is about"
            hint = f"write `{key}: {{{self.contract.table}: {said}}}`, and so for each table"
            problems.error(Code.CONFLICT, self.place[block][key].at, message, hint)
        return said


def check_names(block: str, key: str, said: object, parts: tuple[Part, ...], problems: Problems) -> None:
    """Say which tables a key speaks of that the port does not have."""
    known = [part.contract.table for part in parts]
    for name in said if isinstance(said, Mapping) else ():
        if name not in known:
            at = parts[0].place[block][key][name].at_key
            problems.error(Code.UNDECLARED, at, f"the port has no table `{name}`", did_you_mean(name, known))
