"""Deliver: nothing is lost, whatever happens to the receiver or to us."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.oncall.scenes import NOW
from tests.oncall.servers import http_receiver
from tests.oncall.test_channels import INCIDENT, OPENED, RESOLVED

from meshwright.model.identity import Secret
from meshwright.model.incident import Event, Message
from meshwright.observe.outbox import CLAIM
from meshwright.observe.store import Judgement, Observations
from meshwright.oncall.channels.alertmanager import Alertmanager
from meshwright.oncall.channels.webhook import Webhook
from meshwright.oncall.deliver import Delivered, deliver, repeat


@pytest.fixture
def observations(tmp_path: Path) -> Observations:
    return Observations(Secret(f"sqlite:///{tmp_path / 'observations.db'}"))


def owe(observations: Observations, *messages: Message, channels: tuple[str, ...] = ("webhook",)) -> None:
    observations.settle(Judgement(messages=messages, channels=channels), NOW)


def test_what_is_owed_is_delivered_once_and_in_order(observations: Observations) -> None:
    owe(observations, OPENED, RESOLVED)
    with http_receiver() as received:
        channels = [Webhook(Secret(received.url))]
        assert deliver(observations.outbox, channels, NOW) == Delivered(sent=2)
        assert deliver(observations.outbox, channels, NOW + timedelta(days=1)) == Delivered()
    assert [b["event"] for b in received.bodies] == ["opened", "resolved"]


def test_a_receiver_that_is_down_is_asked_ever_more_rarely_until_it_is_up(observations: Observations) -> None:
    owe(observations, OPENED, RESOLVED)
    now = NOW
    with http_receiver(*[503] * 9) as received:
        channels = [Webhook(Secret(received.url))]
        for minutes in (0.5, 1, 2, 4, 8, 16, 32, 60, 60):
            pause = timedelta(minutes=minutes)
            assert deliver(observations.outbox, channels, now) == Delivered(postponed=1)
            assert deliver(observations.outbox, channels, now + pause - timedelta(seconds=1)) == Delivered()
            now += pause
        assert deliver(observations.outbox, channels, now) == Delivered(sent=2)
    assert [b["event"] for b in received.bodies] == [*["opened"] * 10, "resolved"]


def test_a_message_that_is_refused_for_good_is_a_dead_letter_and_holds_up_nothing(observations: Observations) -> None:
    owe(observations, OPENED, RESOLVED)
    with http_receiver(404) as received:
        outcome = deliver(observations.outbox, [Webhook(Secret(received.url))], NOW)
    assert outcome == Delivered(sent=1, dead=1)
    assert observations.outbox.backlog().dead == 1


def test_a_receiver_that_asks_for_a_pause_gets_it(observations: Observations) -> None:
    owe(observations, OPENED)
    with http_receiver((429, {"Retry-After": "600"})) as received:
        channels = [Webhook(Secret(received.url))]
        deliver(observations.outbox, channels, NOW)
        assert deliver(observations.outbox, channels, NOW + timedelta(seconds=599)) == Delivered()
        assert deliver(observations.outbox, channels, NOW + timedelta(seconds=600)) == Delivered(sent=1)


class Killed(BaseException):
    """The process dies."""


class DyingWebhook(Webhook):
    """Dies before the receiver is reached, or after it has taken the message."""

    def __init__(self, url: Secret, *, reached: bool) -> None:
        super().__init__(url)
        self._reached = reached

    def send(self, message: Message, now: object) -> None:
        if self._reached:
            super().send(message, NOW)
        raise Killed


@pytest.mark.parametrize(("reached", "copies"), [(False, 1), (True, 2)], ids=["before sending", "after sending"])
def test_a_monitor_that_dies_while_it_sends_loses_nothing(
    observations: Observations, reached: bool, copies: int
) -> None:
    owe(observations, OPENED)
    with http_receiver() as received:
        with pytest.raises(Killed):
            deliver(observations.outbox, [DyingWebhook(Secret(received.url), reached=reached)], NOW)
        assert deliver(observations.outbox, [Webhook(Secret(received.url))], NOW + CLAIM) == Delivered(sent=1)
    assert [b["key"] for b in received.bodies] == ["924e727c0522-1"] * copies


class Breaking(Webhook):
    """Breaks on one incident in a way that nobody foresaw."""

    name = "breaking"
    forgets = True

    def send(self, message: Message, now: datetime) -> None:
        if message.incident.id == INCIDENT.id:
            raise ValueError(self._url.reveal())
        super().send(message, now)


def test_a_channel_that_breaks_holds_up_nobody_else_and_tells_no_secret(
    observations: Observations, caplog: pytest.LogCaptureFixture
) -> None:
    other = Message(Event.OPENED, replace(INCIDENT, id="other"))
    owe(observations, OPENED, other, channels=("breaking", "webhook"))
    with http_receiver() as received:
        channels = [Breaking(Secret(received.url)), Webhook(Secret(received.url))]
        assert deliver(observations.outbox, channels, NOW) == Delivered(sent=3, postponed=1)
        repeat(channels, [INCIDENT, other.incident], NOW)
    assert len(received.bodies) == 4
    assert received.url not in caplog.text


def test_a_channel_that_is_no_longer_configured_keeps_what_it_is_owed(observations: Observations) -> None:
    owe(observations, OPENED, channels=("mail",))
    with http_receiver() as received:
        assert deliver(observations.outbox, [Webhook(Secret(received.url))], NOW) == Delivered()
    assert observations.outbox.backlog().pending == 1


def test_only_channels_that_forget_are_reminded() -> None:
    other = replace(INCIDENT, id="other")
    with http_receiver(500) as received:
        url = Secret(received.url)
        repeat([Webhook(url), Alertmanager(url)], [INCIDENT, other], NOW)
    assert [b[0]["labels"]["incident"] for b in received.bodies] == ["924e727c0522", "other"]


def test_an_update_is_sent_as_what_it_is(observations: Observations) -> None:
    owe(observations, Message(Event.UPDATED, replace(INCIDENT, revision=2)))
    with http_receiver() as received:
        deliver(observations.outbox, [Webhook(Secret(received.url))], NOW)
    assert [(b["event"], b["status"]) for b in received.bodies] == [("updated", "firing")]
