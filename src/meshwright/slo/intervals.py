"""Intervals: stretches of time as sorted, disjoint, half-open pairs, and what can be taken from them."""

from collections.abc import Iterable
from datetime import datetime

Span = tuple[datetime, datetime]


def minus(spans: Iterable[Span], excluded: Iterable[Span]) -> tuple[Span, ...]:
    """Return what of `spans` is in none of `excluded`."""
    holes = sorted(excluded)
    left: list[Span] = []
    for begin, end in spans:
        start = begin
        for hole_start, hole_end in holes:
            if hole_end <= start or hole_start >= end:
                continue
            if hole_start > start:
                left.append((start, hole_start))
            start = max(start, hole_end)
        if start < end:
            left.append((start, end))
    return tuple(left)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same instants in as few spans as can be."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def seconds(spans: Iterable[Span]) -> float:
    """Return how long they last together."""
    return sum((end - start).total_seconds() for start, end in spans)
