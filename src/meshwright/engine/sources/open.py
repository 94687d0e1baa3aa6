"""Open: from a source to what it gives. A kind of source is a module beside this one, and a line here.

What one kind needs, such as an HTTP client, is loaded by whoever reads that kind.
"""

from contextlib import AbstractContextManager

from meshwright.engine.sources.reading import Given, Reading
from meshwright.model.http import HttpSource
from meshwright.model.kafka import KafkaSource
from meshwright.model.product import DatabaseSource, FilesSource


def open_source(reading: Reading) -> AbstractContextManager[Given]:
    """Open a source, for as long as what it gives is being loaded."""
    match reading.source:
        case FilesSource() as source:
            from meshwright.engine.sources.files import read_files

            return read_files(source, reading)
        case DatabaseSource() as source:
            from meshwright.engine.sources.database.read import read_database

            return read_database(source, reading)
        case HttpSource() as source:
            from meshwright.engine.sources.http.read import read_http

            return read_http(source, reading)
        case KafkaSource() as source:
            from meshwright.engine.sources.kafka.read import read_kafka

            return read_kafka(source, reading)
