"""Kafka: librdkafka's own mock of a broker, in a process of its own, and a producer for it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import Producer

PARTITIONS = 4
"""Of each topic, as the mock makes it when it is first asked for."""

_BROKER = """
import sys
from confluent_kafka import Producer
mock = Producer({"test.mock.num.brokers": 1, "log_level": 0})
broker = next(iter(mock.list_topics(timeout=30).brokers.values()))
print(f"{broker.host}:{broker.port}", flush=True)
sys.stdin.read()
"""


@contextmanager
def kafka() -> Iterator[str]:
    """Run a broker; give the URL of a connection to it."""
    command = [sys.executable, "-c", _BROKER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"kafka://{process.stdout.readline().strip()}"
        finally:
            process.stdin.close()


def send(url: str, topic: str, *messages: object, partition: int = 0) -> None:
    """Send messages to a partition: values as JSON, bytes and None as they are."""
    producer = Producer({"bootstrap.servers": url.removeprefix("kafka://"), "linger.ms": 0})
    for message in messages:
        value = message if message is None or isinstance(message, bytes) else json.dumps(message).encode()
        producer.produce(topic, value, partition=partition)
    producer.list_topics(topic, timeout=30)
    assert not producer.flush(30)
