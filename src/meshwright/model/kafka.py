"""Kafka source: a topic, and which of its messages a publish has read."""

from meshwright.model.ratio import Ratio
from meshwright.model.value import value


@value
class KafkaSource:
    """The messages of a topic that no publish has read yet: an object of JSON each, or by a schema of a `registry`.

    An interval that is run again is given those that it was given before. The messages in `skip`, each as
    `partition@offset`, are passed over. Up to a share of `quarantine`, messages that are no rows are set aside; without
    it, the first one ends the run.
    """

    connection: str
    topic: str
    skip: tuple[str, ...] = ()
    quarantine: Ratio | None = None
    registry: str | None = None

    @property
    def is_bounded(self) -> bool:
        """Tell whether it is read by intervals: always, none is given the whole topic again."""
        return True


@value(order=True)
class Offsets:
    """A stretch of one partition: the messages from `start` up to `end`, which is not among them."""

    partition: int
    start: int
    end: int


@value
class TopicRead:
    """What a publish has read of a topic. Of each partition there is a stretch, even if nothing was in it."""

    connection: str
    topic: str
    offsets: tuple[Offsets, ...]
