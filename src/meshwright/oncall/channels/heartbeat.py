"""Heartbeat: the ping after each complete tick. Who expects it learns that the monitor is dead when it stays away."""

import httpx

from meshwright.model.identity import Secret
from meshwright.oncall.channels.protocol import Unavailable


def ping(url: Secret) -> None:
    """Say that the monitor is alive. Raises `Unavailable`."""
    try:
        httpx.get(url.reveal(), timeout=10).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(f"the dead-man's switch does not answer: {type(error).__name__}") from None
