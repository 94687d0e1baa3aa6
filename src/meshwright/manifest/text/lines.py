"""Lines: the text of a file, and where its lines and columns are. Loads no YAML."""

from dataclasses import field

from meshwright.model.diagnostic import MAX_SHOWN, Location, printable
from meshwright.model.value import value


@value
class Text:
    """The text of a file, by its lines."""

    file: str
    text: str
    _shown: list[str] = field(default_factory=list, compare=False)

    def at(self, line: int, column: int, width: int | None = 1) -> Location:
        """Return the location of a line and column, both from 0; a width of None reaches to the line's end."""
        if not self._shown:
            self._shown.extend(printable(line[:MAX_SHOWN]) for line in self.text.splitlines() or [""])
        shown = self._shown[line] if line < len(self._shown) else ""
        wide = len(shown.rstrip()) - column if width is None else min(width, len(shown) - column)
        return Location(self.file, line + 1, column + 1, max(1, wide), shown)

    def first_word(self, line: int) -> Location:
        """Return the location of the first text from a line on, from 0, to the end of its line."""
        whole = self.at(line, 0)
        while not whole.text.strip() and line < len(self._shown):
            line += 1
            whole = self.at(line, 0)
        return self.at(line, len(whole.text) - len(whole.text.lstrip()), None)

    def start(self) -> Location:
        """Return the location of the whole file."""
        return Location(self.file)
