"""Tree: how a graph is drawn in lines. What can be reached on several ways is unfolded once, where it is nearest."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def tree(
    start: Node, following: Mapping[Node, Sequence[Node]], label: Callable[[Node], str] = str, indent: str = ""
) -> Iterator[str]:
    """Yield the lines below `start`. A node that is unfolded elsewhere says where; one that closes a cycle says so."""
    above = _nearest(start, following)
    shown = {start}
    waiting = list(_branches(start, following, indent))
    while waiting:
        here, node, before, last = waiting.pop()
        unfolded = above[node] == here
        mark = "" if unfolded else _mark(node, here, above, seen=node in shown, more=bool(following.get(node)))
        yield f"{before}{'└─' if last else '├─'} {label(node)}{mark}"
        if unfolded:
            shown.add(node)
            waiting += _branches(node, following, f"{before}{'   ' if last else '│  '}")


def _nearest(start: Node, following: Mapping[Node, Sequence[Node]]) -> dict[Node, Node | None]:
    """Return the node below which each is unfolded: the first one, of those on the shortest way to it."""
    above: dict[Node, Node | None] = {start: None}
    ring = [start]
    while ring:
        ring = [n for here in ring for n in following.get(here, ()) if n not in above and not above.update({n: here})]
    return above


def _branches(
    here: Node, following: Mapping[Node, Sequence[Node]], before: str
) -> Iterator[tuple[Node, Node, str, bool]]:
    """Yield what is below a node, the last first, as a stack wants it."""
    for number, node in enumerate(reversed(following.get(here, ()))):
        yield here, node, before, number == 0


def _mark(node: Node, here: Node, above: Mapping[Node, Node | None], *, seen: bool, more: bool) -> str:
    walked: Node | None = here
    while walked is not None:
        if walked == node:
            return " (a cycle)"
        walked = above[walked]
    if not more:
        return ""
    return " (see above)" if seen else " (see below)"
