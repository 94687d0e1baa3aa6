"""HTTP source: what an API is asked for an interval, and how the pages of its answer follow each other."""

from meshwright.model.value import value


@value
class OnePage:
    """The answer is whole."""


@value
class LinkedPages:
    """The `Link` header of each answer leads to the next page (RFC 8288)."""


@value
class NamedPages:
    """Each answer names the next page at the keys `next`: its URL, or what the `parameter` is to be for it."""

    next: str
    parameter: str | None = None


@value
class NumberedPages:
    """The `parameter` counts pages from `first` on, until one is empty."""

    parameter: str
    first: int = 1


@value
class SkippedRecords:
    """The `parameter` counts the records that were read before, until a page is empty."""

    parameter: str


Pages = OnePage | LinkedPages | NamedPages | NumberedPages | SkippedRecords


@value
class HttpSource:
    """Records that an API answers with, as JSON.

    `path` and the values of `query` may hold `{start:%Y-%m-%d}` and `{end:…}`, the ends of the interval. `records` are
    the keys, with dots between them, that lead to the list of records in an answer; without, the answer is the list.
    With a `cursor` only the records inside the interval are kept.
    """

    connection: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    records: str = ""
    pages: Pages = OnePage()
    cursor: str | None = None

    @property
    def is_bounded(self) -> bool:
        """Tell whether it is read by intervals, not whole."""
        return self.cursor is not None or any("{" in text for text in (self.path, *(v for _, v in self.query)))
