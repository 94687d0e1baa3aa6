"""Job: work that a service does for an engine by itself: it goes on when the process that has begun it is gone."""

from meshwright.model.address import TableAddress
from meshwright.model.value import value


@value
class Job:
    """A job of a service, by the `name` that the service knows it by.

    It takes a `step` of a run, of one `table`, or of all of a product's. `accounts` are as whom it runs: the last one,
    in whose place each of the others may put the next; none: whoever has begun it. `page` shows it to people.
    """

    name: str
    project: str
    location: str
    page: str
    step: str
    table: TableAddress | None = None
    accounts: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.step} of {self.table}" if self.table else self.step
