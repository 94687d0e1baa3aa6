"""Connect: a consumer for the URL of a connection, and what a broker's errors mean.

`kafka://user:password@host:9092,other:9092?security.protocol=SASL_SSL&sasl.mechanisms=PLAIN`: what is in the query are
librdkafka's settings. Nothing of the URL is in a message or a log.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from meshwright.model.errors import FinalError, MeshError, Refused, SourceNotReady
from meshwright.model.identity import Secret

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError

PATIENCE = 30.0
"""Seconds for which a broker that says nothing is waited for."""

_RESET = "auto.offset.reset"
_FIXED = {
    "enable.auto.commit": False,  # how far was read is in the publish log, and nowhere else
    "enable.partition.eof": True,
    "allow.auto.create.topics": False,
    _RESET: "error",
    "isolation.level": "read_committed",
}
_QUIET = logging.getLogger(__name__)
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False  # librdkafka's own lines; what matters of them is in our errors


@dataclass(slots=True)
class Broker:
    """A topic that can be read. `said` is what a message calls it; `errors` are those that came beside an answer."""

    said: str
    consumer: "Consumer"
    errors: "list[KafkaError]" = field(default_factory=list)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what librdkafka raises into our words."""
        from confluent_kafka import KafkaException

        try:
            yield
        except KafkaException as error:
            raise self.unreadable(error.args[0]) from None

    def unreadable(self, error: "KafkaError") -> MeshError:
        """Return whether what could not be read may be read later."""
        from confluent_kafka import KafkaError

        unwanted = {
            KafkaError._AUTHENTICATION,  # noqa: SLF001  # so librdkafka calls what happens on this side
            KafkaError.SASL_AUTHENTICATION_FAILED,
            KafkaError.TOPIC_AUTHORIZATION_FAILED,
            KafkaError.GROUP_AUTHORIZATION_FAILED,
            KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        }
        if any(one.code() in unwanted for one in (error, *self.errors)):
            hint = (
                "the connection's URL holds what is sent: `kafka://user:password@host:9092?security.protocol=SASL_SSL`"
            )
            return Refused(f"the broker refuses to give {self.said}", hint=hint)
        if error.code() in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC):  # noqa: SLF001
            return SourceNotReady(f"{self.said} is not there yet")
        return SourceNotReady(f"{self.said} cannot be read: {error.name()}")


@contextmanager
def opened(connection: str, topic: str, url: Secret) -> Iterator[Broker]:
    """Open a topic of a connection. Nothing is asked of a broker yet."""
    try:
        from confluent_kafka import Consumer, KafkaException
    except ModuleNotFoundError as error:
        raise Refused(f"reading Kafka needs `{error.name}`", hint="install `meshwright[kafka]`") from None
    errors: list[KafkaError] = []
    settings = _settings(connection, url) | _FIXED | {"error_cb": errors.append}
    try:
        consumer = Consumer(settings, logger=_QUIET)
    except (KafkaException, TypeError, ValueError):  # what it says of a setting may hold a secret
        hint = "its query holds librdkafka's settings, such as `?security.protocol=SASL_SSL`"
        raise FinalError(f"the URL of connection `{connection}` is not what Kafka's client takes", hint=hint) from None
    try:
        yield Broker(f"topic `{topic}` of connection `{connection}`", consumer, errors)
    finally:
        consumer.close()


def goes_on(url: Secret) -> bool:
    """Tell whether a connection says that messages which are lost are to be passed over."""
    return dict(parse_qsl(urlsplit(url.reveal()).query)).get(_RESET) in ("earliest", "smallest", "beginning")


def _settings(connection: str, url: Secret) -> dict[str, object]:
    hint = "write `kafka://host:9092`"
    try:
        parts = urlsplit(url.reveal())
    except ValueError:  # what it says of a URL may hold a secret
        raise FinalError(f"connection `{connection}` is not the URL of a broker", hint=hint) from None
    user, _, brokers = parts.netloc.rpartition("@")
    if parts.scheme != "kafka" or not brokers or parts.path.strip("/"):
        raise FinalError(f"connection `{connection}` is not the URL of a broker", hint=hint)
    name, _, password = user.partition(":")
    login = {"sasl.username": unquote(name), "sasl.password": unquote(password)} if user else {}
    return {"group.id": "meshwright", "bootstrap.servers": brokers, **login, **dict(parse_qsl(parts.query))}
