"""Recorder: a service that says what BigQuery would, and keeps what it was asked; for what no emulator shows."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, Any]]

_UPLOADED = "/upload/content"
"""Where what is loaded goes, after its job was asked for."""

NOT_FOUND: Answer = (404, {"error": {"code": 404, "message": "not there", "errors": [{"reason": "notFound"}]}})


@dataclass
class Recorder:
    """`answers` are given one after the other to requests that begin so: `POST /jobs`; the last one stays."""

    answers: dict[str, list[Answer]]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def answer(self, request: str, body: dict[str, Any]) -> Answer:
        self.asked.append((request, body))
        known = max((begin for begin in self.answers if request.startswith(begin)), key=len, default="")
        if not known:
            return NOT_FOUND
        answers = self.answers[known]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def bodies(self, request: str) -> list[dict[str, Any]]:
        """Return what was sent with requests that begin so."""
        return [body for asked, body in self.asked if asked.startswith(request)]


@contextmanager
def recording(recorder: Recorder) -> Iterator[str]:
    """Serve a recorder's answers; give the address."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(size) or b"{}"
            path = self.path.partition("?")[0].removeprefix("/bigquery/v2/projects/shop")
            body = {"content": sent} if path == _UPLOADED else json.loads(sent)
            status, answer = recorder.answer(f"{self.command} {path}", body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            if path.startswith("/upload/") and path != _UPLOADED:
                self.send_header("Location", f"http://{self.headers['Host']}{_UPLOADED}")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815  # the names that the library calls

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
