"""Ask: one request to an API, with the credentials of its connection, repeated while the API says that it is busy.

The connection's URL is where the API is: `https://user:password@…` for Basic, `https://:token@…` for a bearer token.
Its query goes with each request (`?api_key=…`), and so does its fragment, as headers (`#X-Api-Key=…`). Nothing of it is
sent to another host, whatever a link or a redirect says, and nothing of it is in a message.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, unquote

import httpx

from meshwright.model.errors import FinalError, SourceBroken, SourceNotReady
from meshwright.model.identity import Secret

TRIES = 5
FIRST_WAIT = 1.0
"""Seconds; each wait that the API does not name itself is twice the one before."""

LARGEST = 128 * 2**20
"""Bytes of one answer, unpacked: it is read whole, and its records take some times as much."""

LONGEST = 900.0
"""Seconds for which one answer may go on, however little of it comes at a time."""

_LONGEST_WAIT = 60.0
_TIMEOUT = 60.0
_PACKED = ("gzip", "deflate")
"""How an answer may be packed: a thousand times as small, at most, so that it is seen growing."""

_REDIRECTS = 5
_BUSY = frozenset((408, 425, 429, 500, 502, 503, 504))
_UNWANTED = frozenset((401, 403))
_OF_TRANSPORT = frozenset(("content-encoding", "content-length", "transfer-encoding"))

logging.getLogger("httpx").setLevel(logging.WARNING)  # else it logs each URL whole, and a key may be in its query


class Api:
    """An API that can be asked. `said` is what a message calls it."""

    def __init__(self, said: str, home: httpx.URL, client: httpx.Client) -> None:
        self.said = said
        self._home = home
        self._client = client

    def url(self, path: str) -> httpx.URL:
        """Return the URL of a path below the connection's."""
        return self._home.copy_with(path=f"{self._home.path.rstrip('/')}/{path.lstrip('/')}", query=None)

    def get(self, url: httpx.URL) -> httpx.Response:
        """Return what the API answers, if it is no error.

        Raises `SourceNotReady` where it does not answer, or is busy, for longer than can be waited here.
        """
        return self._sound(self._answer(url))

    def find(self, url: httpx.URL) -> httpx.Response | None:
        """Return what the API answers, as `get` does; None where it has nothing there."""
        response = self._answer(url)
        return None if response.status_code == httpx.codes.NOT_FOUND else self._sound(response)

    def _answer(self, url: httpx.URL) -> httpx.Response:
        for _ in range(_REDIRECTS):
            response = self._patiently(url)
            if not response.has_redirect_location:
                return response
            url = url.join(response.headers["Location"])
        raise SourceBroken(f"{self.said} redirects without end")

    def _patiently(self, url: httpx.URL) -> httpx.Response:
        if _origin(url) != _origin(self._home):
            hint = "name the other host as the connection's; credentials are not sent elsewhere"
            raise SourceBroken(f"{self.said} leads to another host, {url.scheme}://{url.netloc.decode()}", hint=hint)
        wait = FIRST_WAIT
        for left in reversed(range(TRIES)):
            try:
                response = self._whole(url.copy_merge_params(self._home.params))
            except httpx.TransportError as error:
                why, asked = f"does not answer: {type(error).__name__}", None
            except httpx.HTTPError as error:
                raise SourceBroken(f"{self.said} gives what cannot be read: {type(error).__name__}") from None
            else:
                if response.status_code not in _BUSY:
                    return response
                why, asked = f"answers {_status(response)}", _retry_after(response)
            wait = max(wait, asked or 0)
            if not left or wait > _LONGEST_WAIT:
                later = "" if asked is None else f", and wants to be left alone for {asked:.0f} seconds"
                raise SourceNotReady(f"{self.said} {why}{later}")
            time.sleep(wait)
            wait = wait * 2
        raise AssertionError("the last try returns or raises")

    def _whole(self, url: httpx.URL) -> httpx.Response:
        """Return an answer with all of its content, if that has an end."""
        with self._client.stream("GET", url) as answer:
            packed = answer.headers.get("Content-Encoding", "identity").lower()
            if packed not in (*_PACKED, "identity"):
                raise SourceBroken(f"{self.said} gives what is packed as `{packed}`, which it was not asked for")
            content, until = bytearray(), time.monotonic() + LONGEST
            for part in answer.iter_bytes():
                content += part
                if len(content) > LARGEST:
                    hint = "ask for smaller pages, or have it give a file"
                    raise SourceBroken(f"{self.said} gives more than {LARGEST >> 20} MB at once", hint=hint)
                if time.monotonic() > until:
                    raise SourceNotReady(f"{self.said} has not ended its answer after {LONGEST:.0f} seconds")
            told = [(name, said) for name, said in answer.headers.multi_items() if name not in _OF_TRANSPORT]
            return httpx.Response(answer.status_code, headers=told, content=bytes(content), request=answer.request)

    def _sound(self, response: httpx.Response) -> httpx.Response:
        if response.is_success:
            return response
        if response.status_code in _UNWANTED:
            hint = "the connection's URL holds what is sent: `https://:token@host`, or `https://user:password@host`"
            raise FinalError(f"{self.said} answers {_status(response)}", hint=hint)
        raise SourceBroken(f"{self.said} answers {_status(response)}")


@contextmanager
def opened(connection: str, path: str, url: Secret) -> Iterator[Api]:
    """Open the API of a connection, to be asked for a path."""
    try:
        home = httpx.URL(url.reveal())
    except (httpx.InvalidURL, ValueError):  # what it says of a URL may hold a part of the password
        home = httpx.URL()
    if home.scheme not in ("http", "https") or not home.host:
        hint = "write `https://host/path`"
        raise FinalError(f"connection `{connection}` is not the URL of an API", hint=hint)
    asking = {"Accept": "application/json", "Accept-Encoding": ", ".join(_PACKED), "User-Agent": "meshwright"}
    headers = {**dict(parse_qsl(home.fragment)), **asking}
    user, password = unquote(home.username), unquote(home.password)
    if password and not user:
        headers["Authorization"] = f"Bearer {password}"
    auth = httpx.BasicAuth(user, password) if user else None
    with httpx.Client(headers=headers, auth=auth, timeout=_TIMEOUT) as client:
        yield Api(f"`{path}` of connection `{connection}`", home.copy_with(userinfo=b"", fragment=""), client)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _status(response: httpx.Response) -> str:
    return f"{response.status_code} {response.reason_phrase}".strip()


def _retry_after(response: httpx.Response) -> float | None:
    """Return for how many seconds an API wants to be left alone: it says so itself, or until when, by its own clock."""
    said = response.headers.get("Retry-After", "").strip()
    if said.isdigit():
        return float(said)
    try:
        until, there = parsedate_to_datetime(said), parsedate_to_datetime(response.headers.get("Date", ""))
        return max(0.0, (until - there).total_seconds())
    except (ValueError, TypeError):
        return None
