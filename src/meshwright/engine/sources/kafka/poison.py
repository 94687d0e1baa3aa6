"""Poison: what becomes of messages that can be no rows: the first one ends the run, or all are set aside while few are.

What is set aside waits in the product's quarantine with its place and the reason, so that nobody has to look for it in
the topic, which forgets. Where the product reads or makes what is classified or masked, the message itself is not kept:
what cannot be read cannot be masked.
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from meshwright.engine.sources.kafka.messages import Poison, Read, line_of
from meshwright.engine.sources.reading import Reading
from meshwright.model.errors import SourceBroken
from meshwright.model.kafka import KafkaSource
from meshwright.model.time import instant_text

if TYPE_CHECKING:
    from confluent_kafka import Message


MOST_KEPT = 2 * 1024 * 1024
"""Bytes of one that are kept; of more, only how many they were: written as JSON twice, they must still be one line."""


@dataclass(slots=True)
class Sorting:
    """Messages of a topic as they come: `rows` among them, and those that are set aside, as lines of two files.

    `said` is what a message calls the topic, and `read` makes JSON of its messages; `first` says of the first that was
    set aside where it was, and why.
    """

    source: KafkaSource
    reading: Reading
    said: str
    read: Read
    rows: IO[str]
    apart: IO[str]
    number: int = 0
    aside: int = 0
    first: str = ""

    def sort(self, message: "Message") -> None:
        """Write a message to one of the files. Raises `SourceBroken` for one that is no row, if none may be so."""
        place = f"{message.partition()}@{message.offset()}"
        if place in self.source.skip:
            return
        self.number += 1
        try:
            self.rows.write(line_of(message.value(), self.reading.columns, self.read) + "\n")
        except Poison as poison:
            what = f"offset {message.offset()} of partition {message.partition()} of {self.said} is no row: {poison}"
            if self.source.quarantine is None:
                hint = f'to go on without it, add `skip: ["{place}"]` to the source; `quarantine` sets such aside'
                raise SourceBroken(what, hint=hint) from None
            self.aside += 1
            self.first = self.first or what
            content = json.dumps(_kept(message, poison, self.reading), ensure_ascii=False)
            self.apart.write(json.dumps({"number": self.aside, "content": content}, ensure_ascii=False) + "\n")

    def refuse_too_many(self) -> None:
        """Raise `SourceBroken` where more is set aside than may be: it is to be mended at its source."""
        share = self.source.quarantine
        if share is None or self.aside <= share.value * self.number:
            return
        many = f"{self.aside:,} of {self.number:,} messages would be set aside, which is more than {share}"
        hint = "see what is sent there, or let more be set aside: `quarantine: {atMost: …}`"
        raise SourceBroken(f"{many}; {self.first}", hint=hint)


def _kept(message: "Message", poison: Poison, reading: Reading) -> dict[str, object]:
    _, milliseconds = message.timestamp()
    at = datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds > 0 else None
    kept: dict[str, object] = {
        "partition": message.partition(),
        "offset": message.offset(),
        "at": None if at is None else instant_text(at),
        "reason": str(poison),
    }
    return kept if reading.is_confidential else kept | _told("key", message.key()) | _told("message", message.value())


def _told(what: str, value: bytes | str | None) -> dict[str, object]:
    """Return bytes as the text that they are, or else in base64."""
    if value is None or isinstance(value, str):
        return {} if value is None else {what: value}
    if len(value) > MOST_KEPT:
        return {f"{what}Bytes": len(value)}
    try:
        return {what: value.decode()}
    except UnicodeDecodeError:
        return {f"{what}Base64": base64.b64encode(value).decode()}
