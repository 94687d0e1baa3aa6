"""Servers on 127.0.0.1 that play the receivers: HTTP with scripted answers, and SMTP."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any


@dataclass
class Received:
    """What a receiver got, and the statuses that it answers with, one after the other; then 200."""

    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


@contextmanager
def http_receiver(*answers: int | tuple[int, dict[str, str]]) -> Iterator[Received]:
    received = Received([a if isinstance(a, tuple) else (a, {}) for a in answers])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.bodies.append(json.loads(body))
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            received.paths.append(self.path)
            received.headers.append(dict(self.headers))
            status, headers = received.answers.pop(0) if received.answers else (200, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        received.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield received


@contextmanager
def smtp_receiver(refusal: str = "") -> Iterator[tuple[str, list[Message]]]:
    """Give a URL and the letters that came; with a `refusal`, such as `550 no`, every recipient is refused."""
    letters: list[Message] = []

    class Talk(StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            for line in self.rfile:
                word = line.split()[0].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    letters.append(message_from_bytes(b"".join(iter(self.rfile.readline, b".\r\n"))))
                answer = refusal if refusal and word == b"RCPT" else "221 bye" if word == b"QUIT" else "250 ok"
                self.wfile.write(f"{answer}\r\n".encode())

    with _served(ThreadingTCPServer(("127.0.0.1", 0), Talk)) as server:
        yield f"smtp://127.0.0.1:{server.server_address[1]}?from=mesh@example.org", letters


@contextmanager
def _served(server: ThreadingTCPServer) -> Iterator[ThreadingTCPServer]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def nobody() -> str:
    """Return an address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"
