"""Retry: look again when somebody else has written to the log in the meantime, and do it on what is there then."""

from collections.abc import Callable
from typing import TypeVar

from meshwright.model.errors import Overtaken

ATTEMPTS = 25
"""Of several writers at once one gets through each time: this many may write at the same moment."""

T = TypeVar("T")


def look_again(attempt: Callable[[], T]) -> T:
    """Return what an attempt gives that nobody came before. Raises `Overtaken` when others always do."""
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except Overtaken:
            continue
    return attempt()
