"""Mail: to the owner of the cause, with those whom it hurts in copy, as one thread an incident."""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from meshwright.model.identity import Secret
from meshwright.model.incident import Incident, Message
from meshwright.oncall.channels.protocol import Rejected, Unavailable
from meshwright.oncall.words import text, title

TIMEOUT = 10
"""Seconds for each answer of the server."""

_HERE = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


class Mail:
    """Sends through `smtp://user:password@host:587?from=mesh@example.org&to=oncall@example.org`, or `smtps://`.

    A password goes by `smtps`, by STARTTLS, or to this machine. `to` is for those who read of every incident, whoever
    owns it.
    """

    name = "mail"
    forgets = False

    def __init__(self, url: Secret) -> None:
        self._url = url

    def send(self, message: Message, now: datetime) -> None:
        """Hand the message over. Raises `Rejected` or `Unavailable`."""
        place = _place(self._url)
        letter = _letter(message, parse_qs(place.query), now)
        try:
            with _connect(place) as server:
                if place.username:
                    _log_in(server, unquote(place.username), unquote(place.password or ""))
                server.send_message(letter)
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            raise _failure(error) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(f"the mail server does not answer: {type(error).__name__}") from None


def _place(url: Secret) -> SplitResult:
    try:
        place = urlsplit(url.reveal())
        _ = place.port  # is read here, where what it says of a bad one can be kept to ourselves
    except ValueError:
        raise Unavailable("the channel's URL cannot be read") from None
    return place


def _connect(place: SplitResult) -> smtplib.SMTP:
    host = place.hostname or ""
    if place.scheme == "smtps":
        return smtplib.SMTP_SSL(host, place.port or 465, timeout=TIMEOUT, context=ssl.create_default_context())
    server = smtplib.SMTP(host, place.port or 587, timeout=TIMEOUT)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    return server


def _log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    """Say who sends. Raises `Unavailable` rather than tell a password to whoever listens on the way."""
    assert server.sock is not None, "the server has answered"  # noqa: S101
    peer = ip_address(server.sock.getpeername()[0])
    if not isinstance(server.sock, ssl.SSLSocket) and not any(peer in network for network in _HERE):
        raise Unavailable("the mail server offers no encryption, and is not told the password")
    server.login(user, password)


def _letter(message: Message, words: dict[str, list[str]], now: datetime) -> EmailMessage:
    incident = message.incident
    to = [address for address in (incident.owner.email, *words.get("to", ())) if address]
    copy = [contact.email for contact in incident.inform if contact.email and contact.email not in to]
    if not to and not copy:
        raise Rejected(f"nobody to write to: the owner of `{incident.cause}` has no email address")
    letter = EmailMessage()
    letter["Subject"] = title(message)
    letter["From"] = words.get("from", ["meshwright@localhost"])[0]
    letter["To"] = ", ".join(dict.fromkeys(to or copy))
    if to and copy:
        letter["Cc"] = ", ".join(dict.fromkeys(copy))
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{message.key}@meshwright>"
    if letter["Message-ID"] != (first := _thread(incident)):
        letter["References"] = first
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text(message))
    return letter


def _thread(incident: Incident) -> str:
    return f"<{incident.id}-1@meshwright>"


def _failure(error: smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused) -> Rejected | Unavailable:
    """Judge by the server's code: from 500 on it will never take the letter."""
    answers = (
        list(error.recipients.values())
        if isinstance(error, smtplib.SMTPRecipientsRefused)
        else [(error.smtp_code, error.smtp_error)]
    )
    code, said = answers[0]
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    reason = f"{code} {words}"
    return Rejected(reason) if all(code >= 500 for code, _ in answers) else Unavailable(reason)
