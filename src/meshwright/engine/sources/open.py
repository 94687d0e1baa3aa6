"""Open: from a source to what it gives. A kind of source is a module beside this one, and a line here."""

from contextlib import AbstractContextManager

from meshwright.engine.sources.database.read import read_database
from meshwright.engine.sources.files import read_files
from meshwright.engine.sources.http.read import read_http
from meshwright.engine.sources.kafka.read import read_kafka
from meshwright.engine.sources.reading import Given, Reading
from meshwright.model.http import HttpSource
from meshwright.model.kafka import KafkaSource
from meshwright.model.product import DatabaseSource, FilesSource


def open_source(reading: Reading) -> AbstractContextManager[Given]:
    """Open a source, for as long as what it gives is being loaded."""
    match reading.source:
        case FilesSource() as source:
            return read_files(source, reading)
        case DatabaseSource() as source:
            return read_database(source, reading)
        case HttpSource() as source:
            return read_http(source, reading)
        case KafkaSource() as source:
            return read_kafka(source, reading)
