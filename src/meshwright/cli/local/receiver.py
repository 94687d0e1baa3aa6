"""Receiver: a real place for alerts to go to while no channel is configured.

It listens on this machine, keeps each alert as one line of a file, and hands it on to be shown.
"""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Alert = dict[str, Any]
"""The body of one delivery, as it was received."""


class Receiver:
    """An HTTP server on 127.0.0.1 that takes alerts for as long as its `with` lasts."""

    def __init__(self, kept: Path, show: Callable[[Alert], None]) -> None:
        self._kept = kept
        self._show = show
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where alerts are to be sent."""
        return f"http://127.0.0.1:{self._server.server_port}/alerts"

    def __enter__(self) -> Self:
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _receive(self, body: bytes) -> None:
        alert = json.loads(body)
        with self._kept.open("a") as file:
            file.write(json.dumps(alert, ensure_ascii=False) + "\n")
        self._show(alert)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receive = self._receive

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                try:
                    receive(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
                except ValueError:
                    self.send_error(400, "not JSON")
                    return
                self.send_response(202)
                self.end_headers()

            def log_message(self, *words: object) -> None:
                """Say nothing: what was received is shown by itself."""

        return Handler
