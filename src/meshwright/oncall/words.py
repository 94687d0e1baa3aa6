"""Words: an incident as people read it, and as programs do. Each says everything, for whoever sees only the message."""

from typing import Any

from meshwright.model.incident import Contact, Event, Impact, Message
from meshwright.model.time import instant_text


def title(message: Message) -> str:
    """Return one line: what is going on."""
    incident = message.incident
    head = {Event.OPENED: "", Event.UPDATED: "Update: ", Event.RESOLVED: "Resolved: "}[message.event]
    verb = "broke" if message.event is Event.RESOLVED else "breaks"
    products = len({impact.port.product for impact in incident.impacts})
    return (
        f"[{incident.environment}] {head}`{incident.cause}` {verb} {_count(len(incident.impacts), 'promise')} "
        f"of {_count(products, 'product')}"
    )


def text(message: Message) -> str:
    """Return the rest: the cause, since when, who answers for it, what it hurts, who is told."""
    incident = message.incident
    lines = [
        f"Cause: `{incident.cause}`: {incident.reason}",
        f"Promises broken since: {instant_text(incident.since)}",
        *([f"Kept again since: {instant_text(incident.resolved_at)}"] if incident.resolved_at else []),
        f"Owner: {_contact(incident.owner)}",
        "Impact:",
        *(f"• {_impact(impact)}" for impact in incident.impacts),
    ]
    if incident.inform:
        lines.append("To be informed: " + "; ".join(f"{_contact(c)} for `{c.product}`" for c in incident.inform))
    return "\n".join([*lines, f"Incident {incident.id}"])


def payload(message: Message) -> dict[str, Any]:
    """Return all of it as plain JSON, in a stable shape (docs/guides/on-call.md)."""
    incident = message.incident
    return {
        "event": message.event.value,
        "status": "resolved" if incident.resolved_at else "firing",
        "key": message.key,
        "incident": incident.id,
        "environment": incident.environment,
        "cause": str(incident.cause),
        "reason": incident.reason,
        "since": instant_text(incident.since),
        "openedAt": instant_text(incident.opened_at),
        "resolvedAt": instant_text(incident.resolved_at) if incident.resolved_at else None,
        "owner": _plain_contact(incident.owner),
        "impacted": [_plain_impact(impact) for impact in incident.impacts],
        "inform": [_plain_contact(contact) for contact in incident.inform],
    }


def _contact(contact: Contact) -> str:
    person = contact.name or contact.username or "nobody"
    asked = " or ".join(channel.channel for channel in contact.support)
    return f"{person} ({asked})" if asked else person


def _impact(impact: Impact) -> str:
    ended = f", kept again since {instant_text(impact.ended_at)}" if impact.ended_at else ""
    return f"`{impact.port}` {impact.slo}, since {instant_text(impact.since)}{ended}: {impact.reason}"


def _plain_contact(contact: Contact) -> dict[str, Any]:
    return {
        "product": str(contact.product),
        "username": contact.username,
        "name": contact.name,
        "email": contact.email,
        "support": [{"channel": s.channel, "tool": s.tool, "url": s.url} for s in contact.support],
    }


def _plain_impact(impact: Impact) -> dict[str, Any]:
    return {
        "product": str(impact.port.product),
        "port": str(impact.port),
        "slo": impact.slo,
        "since": instant_text(impact.since),
        "endedAt": instant_text(impact.ended_at) if impact.ended_at else None,
        "reason": impact.reason,
    }


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
