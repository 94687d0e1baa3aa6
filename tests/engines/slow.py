"""Slow: stands before an emulator, as a service whose jobs take their time and are begun once, as BigQuery's are.

The emulator has run a job when it answers, and runs one of the same name again. Here jobs with names of ours go on
until they are let end; a second one of a name is refused, as BigQuery does.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

Headers = dict[str, str]
Answer = tuple[int, bytes, Headers]
_JSON = {"Content-Type": "application/json"}


def nothing(name: str) -> None:
    """Let jobs begin."""


@dataclass
class Slow:
    """`begun` are the names of jobs in the order of their beginning. `on_begin` hears of each before who asks does.

    Loads go on where `loads_at_once` says so; their names are in `loading`, as long as they do.
    """

    emulator: str
    ends_at_once: bool = True
    loads_at_once: bool = True
    on_begin: Callable[[str], None] = nothing
    begun: list[str] = field(default_factory=list)
    held: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    loading: dict[str, dict[str, Any]] = field(default_factory=dict)
    url: str = ""
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    def end_jobs(self) -> None:
        """Let those that go on end."""
        self.loading.clear()
        while self.held:
            name = next(iter(self.held))
            self.forward("POST", *self.held[name])
            del self.held[name]

    def fail_jobs(self, message: str) -> None:
        """Let those that go on fail."""
        self.failed |= dict.fromkeys((*self.held, *self.loading), message)

    def answer(self, method: str, path: str, content: bytes, headers: Headers) -> Answer:
        plain = path.partition("?")[0]
        if method == "POST" and plain.endswith("/jobs") and "/upload/" not in plain:
            return self._begin(path, content)
        if "/upload/" in plain:
            return self._load(*self.forward(method, path, content, headers))
        name = plain.rpartition("/")[2]
        if name in self.loading:
            return 200, json.dumps({**self.loading[name], "status": self._status(name)}).encode(), _JSON
        if name in self.held:
            return 200, json.dumps(self._going_on(name, results="/queries/" in plain)).encode(), _JSON
        return self.forward(method, path, content, headers)

    def forward(self, method: str, path: str, content: bytes, headers: Headers = _JSON) -> Answer:
        answer = self.client.request(method, self.emulator + path, content=content, headers=headers)
        told = ("content-type", "location", "range", "x-goog-upload-status", "x-goog-upload-url")
        heard = {n: v for n, v in answer.headers.items() if n.lower() in told}
        if "location" in heard:  # where an upload goes on
            heard["location"] = heard["location"].replace(self.emulator, self.url)
        return answer.status_code, answer.content, heard

    def _load(self, status: int, content: bytes, headers: Headers) -> Answer:
        """Have a load go on that was just asked for."""
        if self.loads_at_once or b"jobReference" not in content:
            return status, content, headers
        job = json.loads(content)
        name = job["jobReference"]["jobId"]
        self.loading[name] = job
        return status, json.dumps({**job, "status": self._status(name)}).encode(), headers

    def _begin(self, path: str, content: bytes) -> Answer:
        asked = json.loads(content)
        name, is_dry = asked.get("jobReference", {}).get("jobId", ""), asked["configuration"].get("dryRun")
        if is_dry or not name.startswith("mesh_"):
            return self.forward("POST", path, content)
        if name in self.begun:
            twice = {"message": f"Already Exists: Job {name}", "reason": "duplicate"}
            return 409, json.dumps({"error": {"code": 409, **twice, "errors": [twice]}}).encode(), _JSON
        self.begun.append(name)
        if self.ends_at_once:
            self.on_begin(name)
            return self.forward("POST", path, content)
        self.held[name] = (path, content)
        self.on_begin(name)
        return 200, json.dumps(self._going_on(name)).encode(), _JSON

    def _going_on(self, name: str, *, results: bool = False) -> dict[str, Any]:
        reference = {"projectId": "demo", "jobId": name, "location": "US"}
        if results:
            return {"jobReference": reference, "jobComplete": False}
        asked = json.loads(self.held[name][1])
        return {"jobReference": reference, "configuration": asked["configuration"], "status": self._status(name)}

    def _status(self, name: str) -> dict[str, Any]:
        if name not in self.failed:
            return {"state": "RUNNING"}
        error = {"reason": "invalidQuery", "message": self.failed[name]}
        return {"state": "DONE", "errorResult": error, "errors": [error]}


@contextmanager
def serving(slow: Slow) -> Iterator[Slow]:
    """Serve it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kept = {n: v for n, v in self.headers.items() if n.lower() not in ("host", "content-length")}
            status, answer, told = slow.answer(self.command, self.path, content, kept)
            self.send_response(status)
            for name, value in told.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815  # the names that the library calls

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            slow.url = f"http://127.0.0.1:{server.server_port}"
            yield slow
        finally:
            server.shutdown()
            thread.join()
            slow.client.close()
