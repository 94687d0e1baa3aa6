"""Offsets: which messages of a topic belong to an interval?

The publish log alone tells. An interval is given again what the publishes inside it were given; and the newest one is
given, besides, all that nobody has read. So each message belongs to one interval, whatever its own time says, and
an older interval has the same messages however often it is run (decision 0084).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from meshwright.model.errors import SourceBroken
from meshwright.model.kafka import KafkaSource, Offsets
from meshwright.model.publish import InputRead, Publish, standing
from meshwright.model.time import Interval
from meshwright.model.value import value


@value
class Asked:
    """What an interval is to be given: stretches that were read before, and of the newest one, all after `ends`.

    `ends` are how far each partition was read by anybody; none, where the topic was never read.
    """

    again: tuple[Offsets, ...] = ()
    ends: Mapping[int, int] = field(default_factory=dict)
    is_newest: bool = True


@value
class Held:
    """What a broker has of one partition: messages from `first` up to `end`, which is not there yet."""

    first: int
    end: int

    def has(self, one: Offsets) -> bool:
        """Tell whether a stretch of the partition is there, all of it."""
        return one.start == one.end or self.first <= one.start <= one.end <= self.end


def asked_for(source: KafkaSource, name: str, interval: Interval, log: Sequence[Publish]) -> Asked:
    """Return what an interval is to be given of the topic that the input of that name reads."""
    done = [
        (publish.interval, read.watermark, read.topic.offsets)
        for publish in standing(log)
        for read in _reads(publish, source, name)
        if read.topic and read.watermark
    ]
    ends: dict[int, int] = {}
    for _, _, offsets in done:
        for one in offsets:
            ends[one.partition] = max(one.end, ends.get(one.partition, 0))
    again = joined(one for within, _, offsets in done if interval.covers(within) for one in offsets)
    return Asked(again, ends, all(complete <= interval.end for _, complete, _ in done))


def resolved(asked: Asked, held: Mapping[int, Held], where: str, *, from_what_is_there: bool) -> tuple[Offsets, ...]:
    """Return the stretches to read of what a broker has now: all of them are there.

    Raises `SourceBroken` where some are not; `from_what_is_there` passes over those that nobody has read.
    """
    for one in asked.again:
        if not held.get(one.partition, Held(0, 0)).has(one):
            hint = "leave what the interval has published as it is: it cannot be read again"
            raise SourceBroken(
                f"{where} does not have {_stretch(one)} any more, which the interval was made of", hint=hint
            )
    unread = _unread(asked, held, where, from_what_is_there=from_what_is_there) if asked.is_newest else ()
    return joined((*asked.again, *unread))


def joined(offsets: Iterable[Offsets]) -> tuple[Offsets, ...]:
    """Return stretches in order, of which none overlaps another or follows it at once."""
    found: list[Offsets] = []
    for one in sorted(offsets):
        last = found[-1] if found else None
        if last is not None and last.partition == one.partition and one.start <= last.end:
            found[-1] = Offsets(one.partition, last.start, max(last.end, one.end))
        else:
            found.append(one)
    return tuple(found)


def _unread(asked: Asked, held: Mapping[int, Held], where: str, *, from_what_is_there: bool) -> tuple[Offsets, ...]:
    found = []
    for partition, has in sorted(held.items()):
        start = asked.ends.get(partition, 0 if asked.ends else has.first)
        if start > has.end:
            hint = "name the input anew: a new input reads its topic from the beginning"
            raise SourceBroken(
                f"{where} ends at offset {has.end} of partition {partition}, and was read up to {start}: "
                "it is not the topic that it was",
                hint=hint,
            )
        if start < has.first:
            if not from_what_is_there:
                lost = Offsets(partition, start, has.first)
                hint = "to go on without them, add `auto.offset.reset=earliest` to the connection's URL for one run"
                raise SourceBroken(f"{where} does not have {_stretch(lost)} any more, which nobody has read", hint=hint)
            start = has.first
        found.append(Offsets(partition, start, has.end))
    return tuple(found)


def _reads(publish: Publish, source: KafkaSource, name: str) -> Iterable[InputRead]:
    for read in publish.inputs:
        topic = read.topic
        if (
            read.input == name
            and topic is not None
            and (topic.connection, topic.topic) == (source.connection, source.topic)
        ):
            yield read


def _stretch(one: Offsets) -> str:
    return f"offsets {one.start} to {one.end - 1} of partition {one.partition}"
