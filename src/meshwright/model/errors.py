"""Errors: what stops an action, and whether trying again can help.

Problems in what people wrote are `Diagnostic` values, never exceptions. Exceptions are for what cannot go on:

    MeshError
    ├── TransientError          trying again may help: Airflow retries
    │   ├── SourceNotReady      the source has not delivered the interval yet
    │   ├── InputsNotReady      the required inputs do not cover the interval yet
    │   ├── Underway            a job of the engine's service goes on: come back when it has ended
    │   └── Busy                another process holds what is needed (a lock, a head row)
    │       └── Overtaken       another writer came first: look at what it wrote, and do it on that
    └── FinalError              trying again cannot help: Airflow fails without retry
        ├── Refused             the gate, a policy or a signature says no
        ├── ChecksFailed        what was staged breaks its contract; what is published is untouched
        ├── NothingNew          the inputs hold nothing beyond what was published; the run is skipped
        ├── SourceBroken        the source answers, but not with what it should
        ├── NotFound            an address, release, publish or file that is not there
        └── Corrupt             stored bytes are not what their digest says
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meshwright.model.job import Job


class MeshError(Exception):
    """Root of the tree. `hint` tells the reader what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class TransientError(MeshError):
    """Trying again may help."""


class SourceNotReady(TransientError):
    """The source has not delivered the interval yet."""


class InputsNotReady(TransientError):
    """The required inputs do not cover the interval yet."""


class Underway(TransientError):
    """A `job` of the engine's service goes on: come back when it has ended."""

    def __init__(self, job: "Job") -> None:
        super().__init__(f"{job} goes on: {job.page}")
        self.job = job


class Busy(TransientError):
    """Another process holds what is needed."""


class Overtaken(Busy):
    """Another writer came first: look at what it wrote, and do it on that."""


class FinalError(MeshError):
    """Trying again cannot help."""


class Refused(FinalError):
    """The gate, a policy or a signature says no."""


class ChecksFailed(FinalError):
    """What was staged breaks its contract; what is published is untouched."""


class NothingNew(FinalError):
    """The inputs hold nothing beyond what was published; the run is skipped."""


class SourceBroken(FinalError):
    """The source answers, but not with what it should."""


class NotFound(FinalError):
    """An address, release, publish or file that is not there."""


class Corrupt(FinalError):
    """Stored bytes are not what their digest says."""
