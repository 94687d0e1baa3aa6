"""Proxy: stands between a reader and a PostgreSQL server, and cuts the connection after so many bytes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Line:
    """A way to a server's socket. `allowed` bytes come through it in all, then it is cut; None: it holds."""

    target: str
    allowed: int | None = None
    open: list[socket.socket] = field(default_factory=list)

    def carry(self, reader: socket.socket) -> None:
        """Carry what a reader asks to the server and back, until either ends or the line is cut."""
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.target)
        self.open += [reader, server]
        asking = threading.Thread(target=self._copy, args=(reader, server), daemon=True)
        asking.start()
        self._copy(server, reader, counted=True)
        for end in (reader, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        asking.join()
        for end in (reader, server):
            end.close()

    def _copy(self, source: socket.socket, into: socket.socket, *, counted: bool = False) -> None:
        with suppress(OSError):
            while part := source.recv(65536):
                if counted and self.allowed is not None:
                    part = part[: self.allowed]
                    self.allowed -= len(part)
                into.sendall(part)
                if counted and self.allowed == 0:
                    return


@contextmanager
def proxy(line: Line) -> Iterator[int]:
    """Listen on 127.0.0.1; give the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        carriers: list[threading.Thread] = []

        def listen() -> None:
            with suppress(OSError):
                while True:
                    reader, _ = listening.accept()
                    carriers.append(threading.Thread(target=line.carry, args=(reader,), daemon=True))
                    carriers[-1].start()

        accepting = threading.Thread(target=listen, daemon=True)
        accepting.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        accepting.join()
        for carrier in carriers:
            carrier.join()
