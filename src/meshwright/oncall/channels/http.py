"""HTTP: one POST of JSON, and what its answer means for the message."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx

from meshwright.model.identity import Secret
from meshwright.oncall.channels.protocol import Rejected, Unavailable

TIMEOUT = 10
"""Seconds for an answer: far less than the outbox leaves a claimed message to its sender."""

_TRY_AGAIN = frozenset({408, 425, 429})


def post(url: Secret, plain: Any, headers: Mapping[str, str] | None = None) -> None:
    """Post a plain value. Raises `Unavailable` when trying again may help, `Rejected` when it cannot.

    No message names the URL: for many receivers it is the password.
    """
    try:
        answer = httpx.post(url.reveal(), json=plain, headers=dict(headers or {}), timeout=TIMEOUT)
    except httpx.InvalidURL:
        raise Unavailable("the channel's URL cannot be read") from None  # it can be mended: what is owed stays owed
    except httpx.HTTPError as error:
        raise Unavailable(f"no answer: {type(error).__name__}") from None
    if answer.is_success:
        return
    said = f"{answer.status_code} {answer.reason_phrase}: {answer.text[:200]}".strip(" :")
    if answer.status_code in _TRY_AGAIN or answer.is_server_error:
        raise Unavailable(said, retry_after=_retry_after(answer))
    raise Rejected(said)


def _retry_after(answer: httpx.Response) -> timedelta | None:
    asked = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(asked)) if asked.isdecimal() else None
