"""Pages: which page of an API's answer follows the one that was read?"""

from typing import Any

import httpx

from meshwright.model.errors import SourceBroken
from meshwright.model.http import LinkedPages, NamedPages, NumberedPages, OnePage, Pages, SkippedRecords
from meshwright.model.value import value


@value
class Page:
    """A page that was read, with its answer as JSON, and how many pages and records there are up to it."""

    response: httpx.Response
    body: Any
    pages: int
    records: int
    is_empty: bool


def first_page(pages: Pages, url: httpx.URL) -> httpx.URL:
    """Return where the first page is."""
    match pages:
        case NumberedPages(parameter, first):
            return url.copy_set_param(parameter, first)
        case SkippedRecords(parameter):
            return url.copy_set_param(parameter, 0)
        case _:
            return url


def next_page(pages: Pages, url: httpx.URL, page: Page) -> httpx.URL | None:
    """Return where the page after one is; None after the last. `url` is where the first was looked for."""
    match pages:
        case OnePage():
            if "next" in page.response.links:
                hint = "say `paginate: link`"
                raise SourceBroken("it has more pages, and nothing says that they are to be read", hint=hint)
            return None
        case LinkedPages():
            link = page.response.links.get("next", {}).get("url")
            return None if link is None else page.response.url.join(link)
        case NamedPages():
            return _named(pages, url, page)
        case NumberedPages(parameter, first):
            return None if page.is_empty else url.copy_set_param(parameter, first + page.pages)
        case SkippedRecords(parameter):
            return None if page.is_empty else url.copy_set_param(parameter, page.records)


def _named(pages: NamedPages, url: httpx.URL, page: Page) -> httpx.URL | None:
    named = at_keys(page.body, pages.next)
    if named in (None, "", False):
        return None
    if not isinstance(named, str | int):
        raise SourceBroken(f"`{pages.next}` of the answer names no page")
    return url.copy_set_param(pages.parameter, named) if pages.parameter else page.response.url.join(str(named))


def at_keys(body: Any, keys: str) -> Any:
    """Return what stands in an answer at keys with dots between them; None where nothing does."""
    for key in keys.split(".") if keys else ():
        if not isinstance(body, dict):
            return None
        body = body.get(key)
    return body
