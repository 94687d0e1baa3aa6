"""Progress: how far has long work come? Told to whoever listens; where nobody does, nothing is told."""

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import TypeVar

from meshwright.model.value import value

_T = TypeVar("_T")


@value
class Step:
    """How many of `total` are done of `what`: `reading products`; `is_over` once no more of them come."""

    what: str
    done: int
    total: int
    is_over: bool = False


LISTENER: ContextVar[Callable[[Step], None] | None] = ContextVar("progress", default=None)
"""Who hears of each step; it is called often, and decides by itself how often to speak."""


def counted(what: str, items: Iterable[_T], total: int) -> Iterator[_T]:
    """Yield the items, and tell how many are done: before each, or of many a hundred times."""
    tell = LISTENER.get()
    if tell is None:
        yield from items
        return
    stride, done = total // 100 or 1, 0
    try:
        for item in items:
            if done % stride == 0:
                tell(Step(what, done, total))
            yield item
            done += 1
    finally:
        tell(Step(what, done, total, is_over=True))
