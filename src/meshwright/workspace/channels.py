"""Channels: the ways out that an environment's settings name."""

from collections.abc import Callable

from meshwright.model.identity import Secret
from meshwright.oncall.channels.alertmanager import Alertmanager
from meshwright.oncall.channels.mail import Mail
from meshwright.oncall.channels.protocol import Channel
from meshwright.oncall.channels.webhook import Webhook
from meshwright.workspace.settings import Settings


def open_channels(settings: Settings) -> tuple[Channel, ...]:
    """Return the channels that are configured; nothing is connected yet."""
    known: tuple[tuple[Secret | None, Callable[[Secret], Channel]], ...] = (
        (settings.webhook, Webhook),
        (settings.alertmanager, Alertmanager),
        (settings.smtp, Mail),
    )
    return tuple(make(url) for url, make in known if url is not None)
