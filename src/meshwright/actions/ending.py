"""Ending: what is remembered of a run that ended in none of the ways that its own steps know."""

from datetime import datetime
from typing import NoReturn

from meshwright.model.address import ProductAddress
from meshwright.model.errors import FinalError, InputsNotReady, MeshError, TransientError
from meshwright.model.naming import STAGE
from meshwright.model.observation import Failure
from meshwright.workspace.workspace import Workspace


def give_up(workspace: Workspace, product: ProductAddress, missing: TransientError, now: datetime) -> NoReturn:
    """End a run whose sources or inputs were not ready for as long as it may wait. Raises `FinalError`."""
    waiting = isinstance(missing, InputsNotReady)
    workspace.observations().record_failure(Failure(product, now, STAGE, missing.message, waiting=waiting))
    raise FinalError(f"waited too long: {missing.message}", hint=missing.hint)


def break_down(
    workspace: Workspace, product: ProductAddress, step: str, error: BaseException | None, now: datetime
) -> None:
    """Remember a step that failed outside of what it does, and is not tried again; without an error, it was killed."""
    workspace.observations().record_failure(Failure(product, now, step, _reason(error)))


def _reason(error: BaseException | None) -> str:
    match error:
        case None:
            return "its process ended"
        case MeshError():
            return error.message
        case _:
            return f"{type(error).__name__}: {error}"
