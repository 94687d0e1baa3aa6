"""Read: the messages of an interval, brought here as a file of JSON, an object a line.

How far a topic is read is fixed before the first message is. Partitions are assigned, never subscribed to: no group
of consumers, and nothing that a broker remembers, decides what is read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from meshwright.engine.sources.kafka import connect
from meshwright.engine.sources.kafka.connect import Broker, goes_on, opened
from meshwright.engine.sources.kafka.messages import Poison, line_of
from meshwright.engine.sources.kafka.offsets import Held, asked_for, joined, resolved
from meshwright.engine.sources.reading import Given, GivenFiles, Reading
from meshwright.model.errors import SourceBroken, SourceNotReady
from meshwright.model.kafka import KafkaSource, Offsets, TopicRead

if TYPE_CHECKING:
    from confluent_kafka import Message


@contextmanager
def read_kafka(source: KafkaSource, reading: Reading) -> Iterator[Given]:
    """Give the messages of an interval.

    Raises `SourceNotReady` where no broker answers, and `SourceBroken` for a message that cannot be a row.
    """
    asked = asked_for(source, reading.input, reading.interval, reading.log)
    reading.scratch.mkdir(parents=True)
    file = reading.scratch / "messages.json"
    read: list[Offsets] = []
    with (
        opened(source.connection, source.topic, reading.url) as broker,
        file.open("w", encoding="utf-8") as lines,
        broker.explained(),
    ):
        held = _held(broker, source.topic)
        left = resolved(asked, held, broker.said, from_what_is_there=goes_on(reading.url))
        while left:  # one stretch of each partition at a time; there are rarely more
            first = {one.partition: one for one in reversed(left)}
            left = tuple(one for one in left if one not in first.values())
            for message in _messages(broker, source.topic, first):
                if f"{message.partition()}@{message.offset()}" not in source.skip:
                    lines.write(_line(broker, message, reading) + "\n")
            read.extend(first.values())
    yield GivenFiles((file,), "json", TopicRead(source.connection, source.topic, joined(read)))


def _held(broker: Broker, topic: str) -> dict[int, Held]:
    """Ask for the partitions of a topic, and what is in each now."""
    from confluent_kafka import TopicPartition

    found = broker.consumer.list_topics(topic, timeout=connect.PATIENCE).topics[topic]
    if found.error is not None:
        raise broker.unreadable(found.error)
    held = {}
    for partition in sorted(found.partitions):
        bounds = broker.consumer.get_watermark_offsets(TopicPartition(topic, partition), connect.PATIENCE)
        if bounds is None:
            raise SourceNotReady(f"{broker.said} does not say where partition {partition} ends")
        held[partition] = Held(*bounds)
    return held


def _messages(broker: Broker, topic: str, stretches: dict[int, Offsets]) -> Iterator["Message"]:
    """Yield the messages of one stretch of each partition.

    Where a partition ends before its stretch does, as one does while a transaction is open, so does the stretch.
    """
    from confluent_kafka import KafkaError, TopicPartition

    left = {one.partition for one in stretches.values() if one.start < one.end}
    assigned = [TopicPartition(topic, p, stretches[p].start) for p in sorted(left)]
    broker.consumer.assign(assigned)
    broker.consumer.resume(assigned)  # a partition stays paused when it is assigned anew
    while left:
        message = broker.consumer.poll(connect.PATIENCE)
        if message is None:
            raise SourceNotReady(f"{broker.said} gives nothing for {connect.PATIENCE:.0f} seconds")
        error, partition, offset = message.error(), message.partition(), message.offset()
        if error is not None and error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001
            raise broker.unreadable(error)
        if offset is None or partition not in left:
            continue
        stretch = stretches[partition]
        if error is None and offset < stretch.end:
            yield message
        elif error is not None and offset < stretch.end:
            stretches[partition] = Offsets(partition, stretch.start, max(offset, stretch.start))
        if error is not None or offset >= stretch.end - 1:
            left.remove(partition)
            broker.consumer.pause([TopicPartition(topic, partition)])


def _line(broker: Broker, message: "Message", reading: Reading) -> str:
    try:
        return line_of(message.value(), reading.columns)
    except Poison as poison:
        place = f"{message.partition()}@{message.offset()}"
        raise SourceBroken(
            f"offset {message.offset()} of partition {message.partition()} of {broker.said} is no row: {poison}",
            hint=f'to go on without it, add `skip: ["{place}"]` to the source',
        ) from None
