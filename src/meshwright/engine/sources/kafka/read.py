"""Read: the messages of an interval, brought here as a file of JSON, an object a line.

How far a topic is read is fixed before the first message is. Partitions are assigned, never subscribed to: no group
of consumers, and nothing that a broker remembers, decides what is read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from meshwright.engine.sources.kafka import connect
from meshwright.engine.sources.kafka.connect import Broker, goes_on, opened
from meshwright.engine.sources.kafka.offsets import Held, asked_for, joined, resolved
from meshwright.engine.sources.kafka.poison import Sorting
from meshwright.engine.sources.kafka.registry import reader_of
from meshwright.engine.sources.reading import Given, GivenFiles, Reading, SetAside
from meshwright.model.errors import SourceNotReady
from meshwright.model.kafka import KafkaSource, Offsets, TopicRead

if TYPE_CHECKING:
    from confluent_kafka import Message


@contextmanager
def read_kafka(source: KafkaSource, reading: Reading) -> Iterator[Given]:
    """Give the messages of an interval.

    Raises `SourceNotReady` where no broker answers, and `SourceBroken` for a message that cannot be a row, or too many.
    """
    asked = asked_for(source, reading.input, reading.interval, reading.log)
    reading.scratch.mkdir(parents=True)
    rows, apart = reading.scratch / "messages.json", reading.scratch / "aside.json"
    read: list[Offsets] = []
    with (
        opened(source.connection, source.topic, reading.url) as broker,
        rows.open("w", encoding="utf-8") as lines,
        apart.open("w", encoding="utf-8") as others,
        reader_of(source, reading) as read_one,
        broker.explained(),
    ):
        sorting = Sorting(source, reading, broker.said, read_one, lines, others)
        held = _held(broker, source.topic)
        left = resolved(asked, held, broker.said, from_what_is_there=goes_on(reading.url))
        while left:  # one stretch of each partition at a time; there are rarely more
            first = {one.partition: one for one in reversed(left)}
            left = tuple(one for one in left if one not in first.values())
            for message in _messages(broker, source.topic, first):
                sorting.sort(message)
            read.extend(first.values())
        sorting.refuse_too_many()
    aside = SetAside(apart, sorting.aside) if sorting.aside else None
    yield GivenFiles((rows,), "json", TopicRead(source.connection, source.topic, joined(read)), aside)


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
