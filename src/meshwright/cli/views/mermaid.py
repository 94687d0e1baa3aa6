"""Mermaid: how a graph is drawn as a flowchart: a box for each group, and names without what the box says already."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Generic, TypeVar

from meshwright.model.value import value

Key = TypeVar("Key", bound=Hashable)

DRAWN = 500
"""The edges that Mermaid draws unless its host is configured otherwise."""


@value
class Node:
    """A node: its label, the group it is drawn in, and the style it is drawn with, if any."""

    label: str
    group: str
    style: str = ""


@value
class Chart(Generic[Key]):
    """A flowchart from left to right. `styles` are Mermaid's, by the names that nodes use."""

    nodes: Mapping[Key, Node]
    edges: Sequence[tuple[Key, Key]]
    styles: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_large(self) -> bool:
        """Tell whether Mermaid refuses to draw it as it comes."""
        return len(self.edges) > DRAWN

    def lines(self) -> Iterator[str]:
        """Yield the chart."""
        number = {key: f"n{n}" for n, key in enumerate(self.nodes)}
        groups: dict[str, list[Key]] = {}
        for key, node in self.nodes.items():
            groups.setdefault(node.group, []).append(key)
        yield "flowchart LR"
        for n, (group, keys) in enumerate(groups.items()):
            yield f'    subgraph g{n}["{group}"]'
            yield from (f'        {number[key]}["{self.nodes[key].label}"]' for key in keys)
            yield "    end"
        yield from (f"    {number[source]} --> {number[target]}" for source, target in self.edges)
        for style, look in self.styles.items():
            if drawn := [number[key] for key, node in self.nodes.items() if node.style == style]:
                yield f"    classDef {style} {look}"
                yield f"    class {','.join(drawn)} {style}"
