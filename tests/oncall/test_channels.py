"""Channels: what real receivers are sent, and what their answers mean."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.oncall.scenes import NOW, address, ago, port
from tests.oncall.servers import http_receiver, nobody, smtp_receiver

from meshwright.model.identity import Secret
from meshwright.model.incident import Contact, Event, Impact, Incident, Message
from meshwright.model.product import SupportChannel
from meshwright.oncall.channels.alertmanager import Alertmanager
from meshwright.oncall.channels.heartbeat import ping
from meshwright.oncall.channels.mail import Mail
from meshwright.oncall.channels.protocol import Channel, Rejected, Unavailable
from meshwright.oncall.channels.webhook import Webhook

INCIDENT = Incident(
    id="924e727c0522",
    environment="production",
    cause=address("raw"),
    reason="`events` has no file `07.json` yet",
    since=ago(3),
    opened_at=ago(2),
    impacts=(Impact(port("report"), "freshness", ago(3), "complete up to 2026-03-10T07:00:00Z, 5h ago"),),
    owner=Contact(address("raw"), "tomas", "Tomas", "tomas@example.org", (SupportChannel("#team-raw", "slack"),)),
    inform=(Contact(address("report"), "nadia", "Nadia", "nadia@example.org"),),
)
OPENED = Message(Event.OPENED, INCIDENT)
RESOLVED = Message(Event.RESOLVED, replace(INCIDENT, revision=2, resolved_at=NOW))


def test_a_webhook_gets_text_for_people_and_everything_for_programs() -> None:
    with http_receiver() as received:
        Webhook(Secret(f"{received.url}/hook")).send(OPENED, NOW)
    (body,) = received.bodies
    assert body.pop("text") == (
        "*[production] `d.raw` breaks 1 promise of 1 product*\n"
        "Cause: `d.raw`: `events` has no file `07.json` yet\n"
        "Promises broken since: 2026-03-10T09:00:00Z\n"
        "Owner: Tomas (#team-raw)\n"
        "Impact:\n"
        "• `d.report:out@1` freshness, since 2026-03-10T09:00:00Z: complete up to 2026-03-10T07:00:00Z, 5h ago\n"
        "To be informed: Nadia for `d.report`\n"
        "Incident 924e727c0522"
    )
    assert body == {
        "event": "opened",
        "status": "firing",
        "key": "924e727c0522-1",
        "incident": "924e727c0522",
        "environment": "production",
        "cause": "d.raw",
        "reason": "`events` has no file `07.json` yet",
        "since": "2026-03-10T09:00:00Z",
        "openedAt": "2026-03-10T10:00:00Z",
        "resolvedAt": None,
        "owner": {
            "product": "d.raw",
            "username": "tomas",
            "name": "Tomas",
            "email": "tomas@example.org",
            "support": [{"channel": "#team-raw", "tool": "slack", "url": ""}],
        },
        "impacted": [
            {
                "product": "d.report",
                "port": "d.report:out@1",
                "slo": "freshness",
                "since": "2026-03-10T09:00:00Z",
                "endedAt": None,
                "reason": "complete up to 2026-03-10T07:00:00Z, 5h ago",
            }
        ],
        "inform": [
            {"product": "d.report", "username": "nadia", "name": "Nadia", "email": "nadia@example.org", "support": []}
        ],
    }
    assert received.headers[0]["Idempotency-Key"] == "924e727c0522-1"


def test_a_resolved_incident_says_so_in_both() -> None:
    with http_receiver() as received:
        Webhook(Secret(received.url)).send(RESOLVED, NOW)
    (body,) = received.bodies
    assert body["text"].startswith("*[production] Resolved: `d.raw` broke 1 promise of 1 product*")
    assert "Kept again since: 2026-03-10T12:00:00Z" in body["text"]
    assert (body["status"], body["resolvedAt"]) == ("resolved", "2026-03-10T12:00:00Z")


@pytest.mark.parametrize(
    ("message", "ends"),
    [(OPENED, "2026-03-10T12:04:00Z"), (RESOLVED, "2026-03-10T12:00:00Z")],
    ids=["firing", "resolved"],
)
def test_alertmanager_gets_an_alert_that_ends_by_itself(message: Message, ends: str) -> None:
    with http_receiver() as received:
        Alertmanager(Secret(f"{received.url}/")).send(message, NOW)
    assert received.paths == ["/api/v2/alerts"]
    ((alert,),) = received.bodies
    assert alert["labels"] == {
        "alertname": "MeshPromiseBroken",
        "severity": "page",
        "environment": "production",
        "domain": "d",
        "product": "d.raw",
        "incident": "924e727c0522",
    }
    assert (alert["startsAt"], alert["endsAt"]) == ("2026-03-10T09:00:00Z", ends)
    assert "`d.raw`" in alert["annotations"]["summary"]


def test_mail_goes_to_the_owner_with_a_copy_to_those_it_hurts_as_one_thread() -> None:
    with smtp_receiver() as (url, letters):
        Mail(Secret(f"{url}&to=oncall@example.org")).send(OPENED, NOW)
        Mail(Secret(url)).send(RESOLVED, NOW)
    first, second = letters
    assert (first["To"], first["Cc"]) == ("tomas@example.org, oncall@example.org", "nadia@example.org")
    assert first["Subject"] == "[production] `d.raw` breaks 1 promise of 1 product"
    assert (first["Message-ID"], second["Message-ID"]) == ("<924e727c0522-1@meshwright>", "<924e727c0522-2@meshwright>")
    assert (first["References"], second["References"]) == (None, first["Message-ID"])
    content = first.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert "Cause: `d.raw`: `events` has no file `07.json` yet" in content.decode()


@pytest.mark.parametrize(
    "channel",
    [Mail(Secret("smtp://mesh:pass/word@localhost:25")), Webhook(Secret("http://mesh:pass/word@localhost:25"))],
    ids=["mail", "webhook"],
)
def test_a_url_that_cannot_be_read_may_be_mended_and_is_not_told(channel: Channel) -> None:
    with pytest.raises(Unavailable, match=r"^the channel's URL cannot be read$"):
        channel.send(OPENED, NOW)


def test_a_letter_without_an_address_is_never_sent() -> None:
    alone = Message(Event.OPENED, replace(INCIDENT, owner=Contact(address("raw")), inform=()))
    with pytest.raises(Rejected, match="`d.raw` has no email address".replace(".", "[.]")):
        Mail(Secret(f"smtp://{nobody()}")).send(alone, NOW)


def test_a_password_is_not_told_on_a_way_that_others_may_listen_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshwright.oncall.channels.mail._HERE", ())  # as if the server were far away
    with smtp_receiver() as (url, letters), pytest.raises(Unavailable, match="offers no encryption"):
        Mail(Secret(url.replace("smtp://", "smtp://mesh:secret@"))).send(OPENED, NOW)
    assert letters == []


@pytest.mark.parametrize(
    ("refusal", "error"), [("550 never", Rejected), ("451 not now", Unavailable)], ids=["for good", "for now"]
)
def test_a_mail_server_says_whether_trying_again_helps(refusal: str, error: type[Exception]) -> None:
    with smtp_receiver(refusal) as (url, letters), pytest.raises(error, match=refusal):
        Mail(Secret(url)).send(OPENED, NOW)
    assert letters == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [(400, Rejected), (404, Rejected), (301, Rejected), (408, Unavailable), (429, Unavailable), (503, Unavailable)],
)
def test_an_http_status_says_whether_trying_again_helps(answer: int, error: type[Exception]) -> None:
    with http_receiver(answer) as received, pytest.raises(error, match=str(answer)):
        Webhook(Secret(received.url)).send(OPENED, NOW)


def test_a_receiver_may_ask_to_be_left_alone_for_a_while() -> None:
    with http_receiver((429, {"Retry-After": "120"})) as received, pytest.raises(Unavailable) as caught:
        Webhook(Secret(received.url)).send(OPENED, NOW)
    assert caught.value.retry_after == timedelta(minutes=2)


@pytest.mark.parametrize("channel", [Webhook(Secret(f"http://{nobody()}/secret")), Mail(Secret(f"smtp://{nobody()}"))])
def test_a_receiver_that_is_down_is_tried_again_and_its_url_is_not_told(channel: Channel) -> None:
    with pytest.raises(Unavailable) as caught:
        channel.send(OPENED, NOW)
    assert "secret" not in str(caught.value)


def test_the_dead_mans_switch_is_pinged() -> None:
    with http_receiver(200, 500) as received:
        ping(Secret(f"{received.url}/ping/1"))
        with pytest.raises(Unavailable):
            ping(Secret(received.url))
    assert received.paths == ["/ping/1", "/"]
