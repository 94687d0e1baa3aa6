"""Read: the records that an API answers with, brought here as a file of JSON, an object a line.

Each page is held against what was declared before the next is asked for. What is in doubt stops the reading: a page
that is not there would be rows that are not there.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from meshwright.engine.sources.http.ask import Api, opened
from meshwright.engine.sources.http.pages import Page, at_keys, first_page, next_page
from meshwright.engine.sources.json_text import NotAlike, read_json
from meshwright.engine.sources.reading import Given, GivenFiles, Reading
from meshwright.model.errors import FinalError, SourceBroken
from meshwright.model.http import HttpSource
from meshwright.model.time import Interval

Record = dict[str, Any]

_NOTHING: dict[str, Any] = {}
"""What an answer without content says."""


@contextmanager
def read_http(source: HttpSource, reading: Reading) -> Iterator[Given]:
    """Give the records of an interval.

    Raises `SourceNotReady` where the API does not answer, or not yet, however often it is asked.
    """
    reading.scratch.mkdir(parents=True)
    file = reading.scratch / "records.json"
    with opened(source.connection, source.path, reading.url) as api, file.open("w", encoding="utf-8") as lines:
        for record in _records(source, api, reading.interval):
            lines.write(_line(api, record) + "\n")
    yield GivenFiles((file,), "json")


def _records(source: HttpSource, api: Api, interval: Interval) -> Iterator[Record]:
    query = {name: _expanded(text, interval) for name, text in source.query}
    url = api.url(_expanded(source.path, interval)).copy_merge_params(query)
    following: httpx.URL | None = first_page(source.pages, url)
    before, pages, count = b"", 0, 0
    asked = set[httpx.URL]()
    while following is not None:
        asked.add(following)
        response = api.get(following)
        with _explained(api):
            body = _json(response)
            found = [] if body is _NOTHING else _listed(source, body)
            if found and response.content == before:
                raise SourceBroken("it gives the same page again", hint="see what it calls the next page")
            before, pages, count = response.content, pages + 1, count + len(found)
            inside = [r for r in found if source.cursor is None or _is_inside(r, source.cursor, interval)]
            following = next_page(source.pages, url, Page(response, body, pages, count, not found))
            if following in asked:
                raise SourceBroken("it leads back to a page that was read", hint="see what it calls the next page")
        yield from inside


@contextmanager
def _explained(api: Api) -> Iterator[None]:
    try:
        yield
    except SourceBroken as error:
        raise SourceBroken(f"{api.said} cannot be read: {error.message}", hint=error.hint) from None


def _json(response: httpx.Response) -> Any:
    if response.status_code == httpx.codes.NO_CONTENT:
        return _NOTHING
    try:
        return read_json(response.content.decode("utf-8-sig"))
    except ValueError as error:
        why = error if isinstance(error, NotAlike) else "is not JSON"
        kind = response.headers.get("Content-Type", "").partition(";")[0] or "something"
        hint = "see whether the path is right: a page for people is no answer" if "html" in kind else ""
        raise SourceBroken(f"it answers with {kind} that {why}", hint=hint) from None


def _line(api: Api, record: Record) -> str:
    try:
        return json.dumps(record, ensure_ascii=False, allow_nan=False)
    except ValueError:
        raise SourceBroken(f"{api.said} cannot be read: a record holds a number that is without end") from None


def _listed(source: HttpSource, body: Any) -> list[Record]:
    """Return the records of an answer."""
    where = f"`{source.records}` of the answer" if source.records else "the answer"
    found = at_keys(body, source.records)
    if not isinstance(found, list):
        has = f"its keys are {', '.join(sorted(body))}" if isinstance(body, dict) else "it is no object"
        raise SourceBroken(f"{where} is not a list of records", hint=f"say in `records` where the list is: {has}")
    for record in found:
        if not isinstance(record, dict):
            raise SourceBroken(f"{where} holds `{str(record)[:40]}`, which is not a record")
    return found


def _is_inside(record: Record, cursor: str, interval: Interval) -> bool:
    said = record.get(cursor)
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        at = None
    if at is None:
        hint = "write instants as `2013-01-01T00:00:00Z`"
        raise SourceBroken(f"the cursor `{cursor}` of a record is `{said}`, which is not a time", hint=hint)
    return interval.start <= (at if at.tzinfo else at.replace(tzinfo=UTC)) < interval.end


def _expanded(text: str, interval: Interval) -> str:
    try:
        return text.format(start=interval.start, end=interval.end)
    except (KeyError, IndexError, ValueError, AttributeError):
        hint = "write `{start:%Y-%m-%d}` or `{end:%Y-%m-%d}` for the time"
        raise FinalError(f"`{text}` cannot be asked for", hint=hint) from None
