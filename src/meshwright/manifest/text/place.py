"""Place: where in a file a value stands.

A place walks the YAML nodes of one file, and turns into a `Location` only when somebody asks.
"""

from dataclasses import dataclass

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from meshwright.manifest.text.lines import Text
from meshwright.model.diagnostic import Location


@dataclass(slots=True)  # not frozen: a manifest is walked by a hundred of them, and frozen ones take thrice as long
class Place:
    """A value in a file, with the key it stands under; a list's items have none."""

    text: Text
    node: Node | None
    key: ScalarNode | None = None

    @classmethod
    def nowhere(cls, file: str) -> "Place":
        """Return the place of a file that says nothing."""
        return cls(Text(file, ""), None)

    @classmethod
    def released(cls, file: str, text: str) -> "Place":
        """Return the place of a file of another repository, of which is known what it says, and not where."""
        return cls(Text(file, text), None)

    def __getitem__(self, part: str | int) -> "Place":
        """Return the place of a key or an item; this place when there is none, so that the nearest one is found."""
        node = self.node
        if type(node) is MappingNode:
            for key, value in node.value:
                if key.value == part:
                    return Place(self.text, value, key)
        elif type(node) is SequenceNode and isinstance(part, int) and part < len(node.value):
            return Place(self.text, node.value[part])
        return self

    @property
    def at(self) -> Location:
        """Where the value is; for a mapping or a list, its key or its first line."""
        node = self.node
        if type(node) is ScalarNode:
            return self._span(node)
        if type(node) is MappingNode and self.key is None and node.value:
            return self._span(node.value[0][0])
        return self.at_key

    @property
    def content(self) -> Location:
        """Where the content of a value begins: behind its quote, or on the first line of its block."""
        node = self.node
        if type(node) is not ScalarNode or not node.style:
            return self.at
        start = node.start_mark
        if node.style not in ("|", ">"):
            return self.text.at(start.line, start.column + 1, None)
        return self.text.first_word(start.line + 1)

    @property
    def at_key(self) -> Location:
        """Where the key is; of an item, which has none, where it begins."""
        if self.node is None:
            return self.text.start()
        return self._span(self.key or self.node)

    @property
    def line(self) -> int:
        """The line of the key, or of the item, from 1."""
        node = self.key or self.node
        return 1 if node is None else node.start_mark.line + 1

    def _span(self, node: Node) -> Location:
        start, end = node.start_mark, node.end_mark
        return self.text.at(start.line, start.column, end.column - start.column if end.line == start.line else None)
