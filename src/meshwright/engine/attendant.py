"""Attendant: who has an engine's service do their jobs: as whom, and how long do they wait for each?

A person at a terminal waits to the end. A task of Airflow waits a little, goes away, and comes back when the job has
ended: it runs the same verb again, which finds what was begun, and goes on from there. So does a retry of a task whose
process was killed.
"""

from collections.abc import Callable

from meshwright.model.identity import PublishId
from meshwright.model.job import Job
from meshwright.model.value import value


def _nobody(job: Job) -> None:
    """Tell nobody."""


@value
class Attendant:
    """Who asks, and what they know of an earlier try of the same.

    `patience` is how many seconds they wait for a job before it is `Underway`; None: to its end. `awaited` is the job
    that they had gone away for, `begun` the stage that an earlier try has begun. `remember` is told of a stage before
    its first job, and `tell` of each job. `credentials` gives what they prove with that they may act as the last of
    some accounts; None: they have what Google's libraries find around them.
    """

    patience: float | None = None
    awaited: str | None = None
    begun: PublishId | None = None
    remember: Callable[[PublishId], None] | None = None
    tell: Callable[[Job], None] = _nobody
    credentials: Callable[[tuple[str, ...]], object] | None = None


ALONE = Attendant()
"""Who waits for everything, and remembers nothing."""
