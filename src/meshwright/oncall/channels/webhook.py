"""Webhook: a POST that Slack, Mattermost and the like show as it is, and that a program reads in full."""

from datetime import datetime

from meshwright.model.identity import Secret
from meshwright.model.incident import Message
from meshwright.oncall.channels.http import post
from meshwright.oncall.words import payload, text, title


class Webhook:
    """Posts to one URL. What shows Slack's format reads `text` and leaves the other keys alone."""

    name = "webhook"
    forgets = False

    def __init__(self, url: Secret) -> None:
        self._url = url

    def send(self, message: Message, now: datetime) -> None:  # noqa: ARG002  # the protocol's signature
        """Hand the message over. Raises `Rejected` or `Unavailable`."""
        body = {"text": f"*{title(message)}*\n{text(message)}", **payload(message)}
        post(self._url, body, {"Idempotency-Key": message.key})
