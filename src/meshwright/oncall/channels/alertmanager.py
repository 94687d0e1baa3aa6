"""Alertmanager: an incident as an alert of its API v2, which routes, silences and escalates it.

Alertmanager takes an alert for resolved when nobody repeats it. Each sending says until when it holds, so that alerts
end by themselves when the monitor is dead; the dead-man's ping is what tells of that.
"""

from datetime import datetime, timedelta

from meshwright.model.identity import Secret
from meshwright.model.incident import Message
from meshwright.model.time import instant_text
from meshwright.oncall.channels.http import post
from meshwright.oncall.words import text, title

HOLDS = timedelta(minutes=4)
"""How long an alert holds without being repeated: several ticks."""


class Alertmanager:
    """Posts to `URL/api/v2/alerts`. Labels are the identity; what may change is in the annotations."""

    name = "alertmanager"
    forgets = True

    def __init__(self, url: Secret) -> None:
        self._url = Secret(f"{url.reveal().rstrip('/')}/api/v2/alerts")

    def send(self, message: Message, now: datetime) -> None:
        """Hand the message over. Raises `Rejected` or `Unavailable`."""
        incident = message.incident
        alert = {
            "labels": {
                "alertname": "MeshPromiseBroken",
                "severity": "page",
                "environment": incident.environment,
                "domain": incident.cause.domain,
                "product": str(incident.cause),
                "incident": incident.id,
            },
            "annotations": {
                "summary": title(message),
                "description": text(message),
                "owner": incident.owner.username or "",
            },
            "startsAt": instant_text(incident.since),
            "endsAt": instant_text(incident.resolved_at or now + HOLDS),
        }
        post(self._url, [alert])
