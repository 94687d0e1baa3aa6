"""Announce: tell Google's catalogue what a product has published.

What is published stays published, whatever the catalogue answers: the next publish tells it again.
"""

import logging
from collections.abc import Mapping

import httpx

from meshwright.interop.dataplex import Entry, entries
from meshwright.model.errors import FinalError
from meshwright.model.product import DataProduct
from meshwright.model.publish import Publish
from meshwright.workspace.workspace import Workspace

log = logging.getLogger(__name__)

GOOGLE = "https://dataplex.googleapis.com/v1/"
"""Where entries are kept, and the only host that is ever shown Google's token."""
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_TIMEOUT = 30


def announce(workspace: Workspace, product: DataProduct, publish: Publish) -> bool:
    """Upsert a product's entries in the catalogue of the environment, where it has one; tell whether all were taken."""
    catalog = workspace.settings.catalog
    if catalog is None:
        return False
    base, group = _place(catalog)
    try:
        headers = _authorisation() if base == GOOGLE else {}
        for entry in entries(product, publish, group):
            _upsert(base, headers, entry)
    except FinalError as error:
        log.warning("the catalogue was not told of %s: %s", product.address, error.message)
        return False
    return True


def _place(catalog: str) -> tuple[str, str]:
    """Split `projects/…/entryGroups/…`, or the URL of another host's, into the API and the entry group."""
    base, found, rest = catalog.partition("projects/")
    return base or GOOGLE, f"{found}{rest}".strip("/")


def _upsert(base: str, headers: Mapping[str, str], entry: Entry) -> None:
    """Write one entry, there before or not. Raises `FinalError` when it was not taken."""
    asked = {"allowMissing": "true", "updateMask": "aspects,entrySource"}
    try:
        answer = httpx.patch(
            base + entry.name, params=asked, json=entry.document, headers=dict(headers), timeout=_TIMEOUT
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FinalError(f"no answer: {type(error).__name__}") from None
    if not answer.is_success:
        raise FinalError(f"{answer.status_code} {answer.reason_phrase}: {answer.text[:200]}".strip(" :"))


def _authorisation() -> dict[str, str]:
    """Return the header that the machine's own account is known by to Google. Raises `FinalError` without one."""
    try:
        import google.auth
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.requests import Request
    except ModuleNotFoundError:
        raise FinalError("Google's library is not installed", hint="pip install 'meshwright[google]'") from None
    try:
        account, _ = google.auth.default(scopes=[_SCOPE])
        account.refresh(Request())  # type: ignore[no-untyped-call]
    except GoogleAuthError as error:
        raise FinalError(f"Google does not know this machine: {error}") from None
    return {"Authorization": f"Bearer {account.token}"}
