"""API: a real HTTP server on 127.0.0.1, which pages its records, limits who asks, and fails when it is told to."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 2


@dataclass
class Trouble:
    """What is answered once instead of the records: a status with headers, a body.

    `cut`: half of what was promised; `endless`: the body over and over, with a pause of so many seconds.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut: bool = False
    endless: float | None = None


@dataclass
class Records:
    """What an API serves, the `troubles` that come first, and what it was asked: path with query, and headers."""

    rows: Sequence[dict[str, Any]] = ()
    troubles: list[Trouble] = field(default_factory=list)
    for_ever: Trouble | None = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    home: str = ""

    def answer(self, path: str, query: dict[str, str]) -> tuple[dict[str, str], Any]:
        """Return headers and body for a request: pages as APIs have them, by the first part of the path.

        Raises `LookupError` for what is not there.
        """
        start = int(query.get("offset", query.get("after", 0)))
        if "page" in query:
            start = (int(query["page"]) - 1) * PAGE
        page, rest = list(self.rows[start : start + PAGE]), start + PAGE < len(self.rows)
        there = f"{self.home}/{path}?offset={start + PAGE}"
        match path:
            case "whole":
                return {}, list(self.rows)
            case "linked" | "circle":
                following = there if rest else f"{self.home}/circle?offset=0" if path == "circle" else ""
                return ({"Link": f'<{following}>; rel="next"'} if following else {}), page
            case "named":
                return {}, {"data": {"items": page}, "links": {"next": there if rest else None}}
            case "cursor":
                return {}, {"data": {"items": page}, "next": start + PAGE if rest else None}
            case "same":
                return {}, list(self.rows[:PAGE])
            case "elsewhere":
                return {"Link": '<http://localhost:1/stolen>; rel="next"'}, page
            case _:
                return {}, page


@contextmanager
def serving(records: Records) -> Iterator[str]:
    """Serve records; give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that the library calls
            records.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            parts = urlsplit(self.path)
            trouble = records.for_ever or (records.troubles.pop(0) if records.troubles else Trouble())
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            try:
                headers, body = records.answer(parts.path.strip("/"), query)
            except LookupError:
                trouble, headers, body = Trouble(404), {}, None
            content = json.dumps(body).encode() if trouble.body is None else trouble.body
            self.send_response_only(trouble.status)
            for name, value in {"Content-Type": "application/json", **headers, **trouble.headers}.items():
                self.send_header(name, value)
            if trouble.endless is not None:
                self._go_on(content, trouble.endless)
                return
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if trouble.cut else content)

        def _go_on(self, content: bytes, pause: float) -> None:
            self.end_headers()
            with suppress(OSError):  # until whoever asked has gone away
                while True:
                    self.wfile.write(content)
                    time.sleep(pause)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        records.home = f"http://127.0.0.1:{server.server_port}"
        try:
            yield records.home
        finally:
            server.shutdown()
            thread.join()
