"""Session: what every verb of the engine works with."""

from meshwright.engine.duckdb.connection import Limits
from meshwright.engine.duckdb.files import Files
from meshwright.model.identity import Connections, Keys
from meshwright.model.value import value


@value
class Session:
    """Where products are kept, what a connection may take, and where URLs and keys come from."""

    files: Files
    limits: Limits
    connections: Connections
    keys: Keys
